"""Finds the cuts of a clip from small copies of its frames."""

import cv2
import numpy as np
from numpy.typing import NDArray

from visemix.core.values.subject import Picture

Thumbnail = NDArray[np.uint8]

CHANGE = 5.0
"""A cut changes the mean grey level of a pixel by at least this much (0 to 255)."""

RATIO = 3.0
"""... and by this many times what the frames around it change."""

BIG_CHANGE = 18.0
"""A change of this size is a cut even in a fast-moving picture, if it stands out by half."""

_SIDE = 32
_NEIGHBOURS = 2


def thumbnail(picture: Picture) -> Thumbnail:
    """[32, 32, 3] copy of a picture."""
    step = max(min(picture.shape[:2]) // 256, 1)  # averaging all of a large picture takes long
    small = cv2.resize(picture[::step, ::step], (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def change(first: Thumbnail, second: Thumbnail) -> float:
    """Mean absolute difference, 0 to 255."""
    return float(np.abs(first.astype(np.int16) - second).mean())


def find_cuts(changes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which frames start a new shot.

    A cut stands out from the two changes before and after it; a hand or a fast head does not.
    Frames that repeat the one before (change 0) say nothing about the motion and are stepped over.

    Args:
        changes: [T] change of every frame from the one before; 0 for the first.
    """
    cuts = np.zeros(len(changes), bool)
    moving = np.flatnonzero(changes > 0)
    for place, frame in enumerate(moving):
        before = moving[max(place - _NEIGHBOURS, 0) : place]
        after = moving[place + 1 : place + 1 + _NEIGHBOURS]
        around = max((float(changes[i]) for i in (*before, *after)), default=0.0)
        cuts[frame] = _stands_out(float(changes[frame]), around)
    return cuts


def seems_new(changed: float, before: float) -> bool:
    """The same decision without the frames to come; it may be wrong now and then."""
    return _stands_out(changed, before)


def _stands_out(changed: float, around: float) -> bool:
    return (changed > CHANGE and changed > RATIO * around) or (
        changed > BIG_CHANGE and changed > 1.5 * around
    )
