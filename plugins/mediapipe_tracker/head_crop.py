"""The constant square around the head."""

import numpy as np
import torch
from numpy.typing import NDArray

from visemix.core.values.rendering import Crop

ABOVE = 0.50
"""Room above the face mesh for the hair, in face heights (the mesh ends at the hairline)."""

BELOW = 0.20
"""Room below the chin, in face heights."""

BESIDE = 0.25
"""Room beside the cheeks for ears and hair, in face heights."""

_OUTLIERS = 0.5  # per cent of the frames that may stick out, against a single wild frame


def head_crop(
    landmarks: NDArray[np.float32], size: tuple[int, int], max_size: int, *, exact: bool = False
) -> Crop:
    """A square that holds the head in all frames, hair and chin included.

    Its corner lies on whole pixels, so the crop is a plain slice of the frame; only if it is larger
    than ``max_size`` it is scaled down. It stays inside the frame where it fits in; it may be
    larger than the frame's shorter side, and then reaches beyond it.

    Args:
        landmarks: [T, L, 3] of the frames in which the face was found, px.
        size: height and width of the frame, px.
        max_size: px.
        exact: scale it to ``max_size`` in any case, up as well.
    """
    low = np.percentile(landmarks[..., :2].min(1), _OUTLIERS, axis=0)
    high = np.percentile(landmarks[..., :2].max(1), 100 - _OUTLIERS, axis=0)
    face = float(np.median(landmarks[..., 1].max(1) - landmarks[..., 1].min(1)))
    low = low - face * np.array([BESIDE, ABOVE])
    high = high + face * np.array([BESIDE, BELOW])
    longest = max(size)
    side = min(int(np.ceil((high - low).max())), longest)
    side = max(side + side % 2, 2)
    left, top = (
        _start(centre, side, room)
        for centre, room in zip((low + high) / 2, reversed(size), strict=True)
    )
    scale = max_size / side if exact else min(1.0, max_size / side)
    pixels = max(round(side * scale), 1)
    scale = pixels / side
    matrix = torch.tensor([[scale, 0, -left * scale], [0, scale, -top * scale]])
    return Crop(matrix, pixels, pixels)


def _start(centre: float, side: int, room: int) -> int:
    if side >= room:
        return round((room - side) / 2)
    return min(max(round(centre - side / 2), 0), room - side)
