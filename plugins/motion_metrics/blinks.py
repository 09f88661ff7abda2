"""Blinks in a series of eye aspect ratios: the published detector, and one relative to the person.

The published one is that of Vougioukas et al.'s blink detector; its constants are for 25 frames per
second and dlib's landmarks, and for the ratio with the 2 in its denominator (Soukupova and Cech).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks
from torch import Tensor

from visemix.core import measures
from visemix.core.measures import Blink

FPS = 25.0
"""Rate that the constants were published for."""

CLOSING = 0.0425
"""Least fall of the ratio from one frame to the next in a blink."""

APART = 4
"""Fewest frames between two such falls."""

Series = NDArray[np.float64]


def published_blinks(ratio: Tensor, fps: float, closing: float = CLOSING) -> list[Blink]:
    """Blinks by how fast the eyes close.

    A blink is a peak of the negative derivative. It reaches from the nearest peak of the ratio
    before it to the nearest one after it, of the peaks above the middle between the clip's smallest
    and largest ratio; to the end of the clip where there is none. Falls within one and the same
    closure count once.

    Args:
        ratio: [T] eye aspect ratio.
        fps: frames per second; the constants are scaled with it.
        closing: least fall per frame at 25 frames per second.
    """
    series: Series = ratio.double().numpy()
    if len(series) < 3:
        return []
    falls, _ = find_peaks(
        np.pad(-np.diff(series), 1),  # so that a fall at either end can be a peak
        height=closing * FPS / fps,
        distance=max(1, round(APART * fps / FPS)),
    )
    tops = _open_moments(series)
    spans = [_span(int(fall) - 1, tops, len(series)) for fall in falls]
    return [Blink(start, stop) for start, stop in dict.fromkeys(spans)]


def relative_blinks(ratio: Tensor, fps: float, closing: float = CLOSING) -> list[Blink]:
    """Runs below 0.6 x the clip's 80th percentile, which no normalisation changes."""
    del fps, closing
    return measures.blinks(ratio)


def _open_moments(series: Series) -> list[int]:
    middle = (float(series.min()) + float(series.max())) / 2
    tops, _ = find_peaks(series)
    return [int(top) for top in tops if series[top] > middle]


def _span(fall: int, tops: list[int], frames: int) -> tuple[int, int]:
    """The fall is from frame ``fall`` to the next; the span ends with the frame that is open."""
    before = [top for top in tops if top <= fall]
    after = [top for top in tops if top > fall]
    return (before[-1] if before else 0), (after[0] if after else frames - 1)
