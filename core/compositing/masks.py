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
    inside = np.clip(np.minimum(place, side - 1 - place) / np.float32(fall), 0, 1)
    return (inside * inside * (3 - 2 * inside)).astype(np.float32)


def whole_face(alpha: Floats, margin: float) -> NDArray[np.uint8]:
    """[h, w] 255 where the face was drawn or near it, without holes; 0 elsewhere.

    Args:
        alpha: [h, w] coverage, 0 to 1.
        margin: how far around the face, as a share of the crop's shorter side.
    """
    drawn = (alpha > 0.5).astype(np.uint8)
    outlines, _ = cv2.findContours(drawn, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(drawn)
    cv2.drawContours(filled, list(outlines), -1, 255, cv2.FILLED)
    reach = round(margin * min(alpha.shape))
    if reach < 1:
        return filled
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.dilate(filled, disc), np.uint8)


def soft_face(alpha: Floats, margin: float, border: float) -> Floats:
    """[h, w] 1 on the face and ``margin`` around it, then falling to 0 over ``border``.

    Args:
        alpha: [h, w] coverage, 0 to 1.
        margin: share of the crop's shorter side.
        border: share of the crop's shorter side.
    """
    mask = whole_face(alpha, margin + border / 2).astype(np.float32) / np.float32(255)
    sigma = border * min(alpha.shape) / 4
    if sigma <= 0 or not mask.any():
        return mask
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma), np.float32)
