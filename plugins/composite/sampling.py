"""OpenCV's samplers, typed. Places are indices of pixels: 0 is the centre of the first."""

from typing import Any

import cv2
import numpy as np

from visemix.plugins.composite.compiled import Bytes, Floats, Ints

_UNUSED: Any = None  # OpenCV takes one map of pairs or two maps; its types know only of two


def sample(picture: Bytes, at: Floats) -> Floats:
    """Colours [h, w, 3] of ``picture`` at (x, y) [h, w, 2], linear; its border goes on."""
    seen = cv2.remap(picture, at, _UNUSED, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32)


def warp(picture: Bytes, at: Floats, sharp: bool) -> Bytes:
    """A picture [h, w, 3] of what ``picture`` shows at (x, y) [h, w, 2].

    Args:
        picture: [H, W, 3]; its border goes on.
        at: where to look.
        sharp: cubic instead of linear.
    """
    # Fixed-point maps (1/32 px) halve the time of a cubic remap.
    whole, part = cv2.convertMaps(at, _UNUSED, cv2.CV_16SC2)
    order = cv2.INTER_CUBIC if sharp else cv2.INTER_LINEAR
    seen = cv2.remap(picture, whole, part, order, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.uint8)


def grown(nodes: Floats, step: int, size: tuple[int, int]) -> Floats:
    """A grid [r, c, 2] with a node every ``step`` px, interpolated at every pixel.

    Args:
        nodes: the first lies on the first pixel.
        step: px.
        size: width and height of the result, px.
    """
    matrix = np.array([[1 / step, 0, 0], [0, 1 / step, 0]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    full = cv2.warpAffine(nodes, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(full, np.float32)


def softened(planes: Floats) -> Floats:
    """[h, w, C], blurred by less than a pixel."""
    return np.asarray(cv2.GaussianBlur(planes, (3, 3), 0.8), np.float32)


def solid(triangle: Ints, rim: int) -> Floats:
    """[h, w] 0 where ``triangle`` is -1 or next to it, rising to 1 ``rim`` px further in."""
    full = (triangle >= 0).astype(np.float32)
    share = np.asarray(cv2.blur(full, (2 * rim + 1, 2 * rim + 1)), np.float32)
    return np.maximum(2 * share - 1, 0) * full
