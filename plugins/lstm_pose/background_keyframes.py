"""Keyframes of head motion, and the reference frames that are played between them (B.4, step 3)."""

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating[Any]]
Places = NDArray[np.int64]

TAPS = 7
"""Of the Hanning window; its outer two weigh nothing."""

REACH = TAPS // 2
SHARE = 10
"""One keyframe in so many frames at most, beside the ends."""

APART = 3
"""Frames between two keyframes, at least."""

NEIGHBOURS = 2
"""How far a keyframe has to stand out among its neighbours when there are too many."""


def smoothed(angle: Numbers) -> Numbers:
    """[T + 6] -> [T], under a Hanning window."""
    taps = np.hanning(TAPS)
    windows = np.lib.stride_tricks.sliding_window_view(angle, TAPS)
    weighed: Numbers = windows @ (taps / taps.sum())
    return weighed


def keyframes(angle: Numbers) -> list[int]:
    """Where a smoothed angle [T] turns round, thinned out; without the ends.

    First all local extrema; of those, while there are more than T / 10, the ones that stand out
    among their two neighbours on either side; of two that are closer than three frames the one
    further from zero.
    """
    found = _turning_points(angle)
    while len(found) > len(angle) / SHARE:
        kept = [place for k, place in enumerate(found) if _stands_out(angle[found], k)]
        if len(kept) == len(found):
            break
        found = kept
    return _apart(found, angle)


def _turning_points(angle: Numbers) -> list[int]:
    """Local extrema; of a plateau its first frame (a limited pose rests at its limit)."""
    before, here, after = angle[:-2], angle[1:-1], angle[2:]
    high = (here > before) & (here >= after)
    low = (here < before) & (here <= after)
    found: list[int] = (np.flatnonzero(high | low) + 1).tolist()
    return found


def _stands_out(values: Numbers, k: int) -> bool:
    around = np.concatenate((values[max(k - NEIGHBOURS, 0) : k], values[k + 1 :][:NEIGHBOURS]))
    return bool((values[k] > around).all() or (values[k] < around).all())


def _apart(found: list[int], angle: Numbers) -> list[int]:
    kept: list[int] = []
    for place in found:
        if not kept or place - kept[-1] >= APART:
            kept.append(place)
        elif abs(angle[place]) > abs(angle[kept[-1]]):
            kept[-1] = place
    return kept


@attrs.frozen(eq=False)
class Motions:
    """How the head stood in every reference frame.

    Attributes:
        angles: [N, 3] pitch, yaw, roll in degrees.
        stretch: [N] number of the run of frames of one shot with a face; -1 without a face.
        starts: [N] where a clip may begin: in runs that are long enough to go on in.
    """

    angles: Numbers
    stretch: Places
    starts: NDArray[np.bool_]

    def nearest(self, wanted: Numbers) -> int:
        """The frame to begin with: nearest in the sum of the three angles' distances [3]."""
        return self._best(wanted, self.starts)

    def nearest_to(self, wanted: Numbers, last: int, reach: float) -> int:
        """The same among frames of the last one's run, at most ``reach`` frames from it."""
        place = np.arange(len(self.stretch))
        near = (np.abs(place - last) <= reach) & (self.stretch == self.stretch[last])
        return self._best(wanted, near)

    def _best(self, wanted: Numbers, allowed: NDArray[np.bool_]) -> int:
        distance = np.abs(self.angles - wanted).sum(1)
        return int(np.where(allowed, distance, np.inf).argmin())


def between(places: list[int], frames: list[int]) -> Places:
    """Reference frames of all places up to the last keyframe, linearly interpolated and rounded.

    Args:
        places: of the keyframes, rising from 0 or less.
        frames: reference frames matched to them.
    """
    wanted = np.arange(places[-1] + 1)
    return np.floor(np.interp(wanted, places, frames) + 0.5).astype(np.int64)
