"""What faces did over time, read from the files beside a report."""

from collections.abc import Mapping
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import NDArray

from visemix.core.judging.comparison import Comparison, MadeVideo

Floats = NDArray[np.float64]


@attrs.frozen(eq=False)
class Curves:
    """One video.

    Attributes:
        time: [T] seconds.
        lip_gap: [T] in units of the stable points' norm.
        rotation: [T, 3] pitch, yaw, roll in degrees.
        eye_aspect: [T].
    """

    time: Floats
    lip_gap: Floats
    rotation: Floats
    eye_aspect: Floats

    @property
    def fps(self) -> float:
        """Frames per second."""
        return (len(self.time) - 1) / (self.time[-1] - self.time[0]) if len(self.time) > 1 else 25.0


def read_curves(path: Path) -> Curves | None:
    """The curves of one video; None where the file is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as data:
            return Curves(*(data[field.name].astype(float) for field in attrs.fields(Curves)))
    except (OSError, KeyError, ValueError):
        return None


def curves_of(comparison: Comparison, folder: Path, clip: str) -> Mapping[str, Curves]:
    """System -> its first video of ``clip``."""
    found: dict[str, Curves] = {}
    for video in comparison.videos:
        if video.clip == clip and video.curves and video.system not in found:
            curves = read_curves(folder / video.curves)
            if curves is not None:
                found[video.system] = curves
    return found


def videos_of(comparison: Comparison, clip: str) -> list[MadeVideo]:
    """The first video of every system, in the order of the systems."""
    first: dict[str, MadeVideo] = {}
    for video in comparison.videos:
        if video.clip == clip:
            first.setdefault(video.system, video)
    return [first[s.name] for s in comparison.systems if s.name in first]
