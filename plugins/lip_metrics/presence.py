"""Which action units are there in the frames of a take."""

import subprocess
import tempfile
from pathlib import Path
from weakref import WeakKeyDictionary

import attrs
from torch import Tensor

from visemix.core.errors import VisemixError
from visemix.core.judging.case import Take
from visemix.core.subjects.openface import read_openface

UNITS = ("AU10", "AU14", "AU20", "AU25", "AU26")
"""In the order of Track.action_units."""

TABLE = ".openface.csv"
"""In place of the ending of a video: OpenFace's table of it, where there is one."""

_READ: "WeakKeyDictionary[Take, Tensor]" = WeakKeyDictionary()
"""What OpenFace said of takes that are in use: two metrics ask for the same."""


@attrs.frozen(eq=False)
class Presence:
    """Of one take.

    Attributes:
        there: [T, 5] bool.
        seen: [T] bool, whether the face was seen.
    """

    there: Tensor
    seen: Tensor


def presence(take: Take, source: str, level: float, program: str) -> Presence | None:
    """None without a face.

    Args:
        take: has a file, for OpenFace.
        source: "landmarks" or "openface".
        level: from which intensity our own estimate counts as present.
        program: OpenFace's FeatureExtraction.

    Raises:
        VisemixError: OpenFace is asked for and cannot be had.
        DatasetError: its table is wrong.
    """
    track = take.track
    if track is None or not bool(track.found.any()):
        return None
    if source == "landmarks":
        return Presence(track.action_units >= level, track.found)
    if take not in _READ:
        _READ[take] = _openface(take, program, len(track.found))
    return Presence(_READ[take] > 0.5, track.found)


def _openface(take: Take, program: str, frames: int) -> Tensor:
    names = [f"{unit}_c" for unit in UNITS]
    assert take.file is not None  # asked before
    table = take.file.with_suffix(TABLE)
    if table.is_file():
        return read_openface(table).at(names, take.fps, frames)
    with tempfile.TemporaryDirectory(prefix="visemix-openface-") as folder:
        return read_openface(_extracted(take.file, program, Path(folder))).at(
            names, take.fps, frames
        )


def _extracted(video: Path, program: str, folder: Path) -> Path:
    command = [program, "-f", str(video), "-out_dir", str(folder), "-of", "table", "-aus"]
    try:
        subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        what = f"OpenFace's {program} does not run ({error})"
        do = f"set program to its path, put {video.with_suffix(TABLE).name} beside the video, "
        do += "or set source: landmarks"
        raise VisemixError(what, where=video, do=do) from error
    return folder / "table.csv"
