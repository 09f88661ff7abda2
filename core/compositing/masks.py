"""How much of a crop is seen at each of its pixels."""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def soft_square(height: int, width: int, border: float) -> Floats:
    """[height, width] 1 in the middle, falling to 0 at the rim of the crop.

    Args:
        height: of the crop, px.
        width: of the crop, px.
        border: width of the fall, as a share of the crop's shorter side.

    >>> soft_square(4, 6, 0.25)[1].tolist()
    [0.0, 1.0, 1.0, 1.0, 1.0, 0.0]
    """
    fall = max(border * min(height, width), 1e-6)
    down, across = (_rise(side, fall) for side in (height, width))
    both: Floats = np.minimum(down[:, None], across[None, :])
    return both


def _rise(side: int, fall: float) -> Floats:
    """[side] 0 at both ends, 1 at ``fall`` px from them, smooth in between."""
    place = np.arange(side, dtype=np.float32)
    from_rim: Floats = np.minimum(place, np.float32(side - 1) - place)
    return _smooth(from_rim / np.float32(fall))


def _smooth(place: Floats) -> Floats:
    """0 up to 0, 1 from 1 on, without a kink."""
    inside = np.clip(place, 0, 1)
    risen: Floats = inside * inside * (3 - 2 * inside)
    return risen


def whole_face(alpha: Floats, margin: float) -> NDArray[np.uint8]:
    """[h, w] 255 where the face was drawn or near it, without holes; 0 elsewhere.

    Args:
        alpha: [h, w] coverage, 0 to 1.
        margin: how far around the face, as a share of the crop's shorter side.
    """
    near = _away(alpha) <= margin * min(alpha.shape)
    return np.where(near, 255, 0).astype(np.uint8)


def soft_face(alpha: Floats, margin: float, border: float) -> Floats:
    """[h, w] 1 on the face and ``margin`` around it, then falling to 0 over ``border``.

    Args:
        alpha: [h, w] coverage, 0 to 1.
        margin: share of the crop's shorter side.
        border: share of the crop's shorter side.
    """
    side = min(alpha.shape)
    fall = np.float32(max(border * side, 1e-6))
    return _smooth(1 - (_away(alpha) - np.float32(margin * side)) / fall)


def _away(alpha: Floats) -> Floats:
    """[h, w] distance to the face or a hole in it, px; endless where no face was drawn."""
    drawn = (alpha > 0.5).astype(np.uint8)
    outlines, _ = cv2.findContours(drawn, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return np.full(alpha.shape, np.inf, np.float32)
    around = np.ones_like(drawn)
    cv2.drawContours(around, list(outlines), -1, 0, cv2.FILLED)
    return np.asarray(cv2.distanceTransform(around, cv2.DIST_L2, 5), np.float32)
