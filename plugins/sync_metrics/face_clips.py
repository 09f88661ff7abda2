"""Pictures of a face as SyncNet sees them.

The published program finds boxes with the detector S3FD; here the box around all tracked landmarks,
forehead to chin, takes their place.
"""

from collections.abc import Iterator

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.judging.case import Take
from visemix.core.values.subject import Picture
from visemix.core.values.track import Track
from visemix.plugins.sync_metrics.sound import FPS
from visemix.plugins.sync_metrics.syncnet import SIDE

MARGIN = 0.40
"""Of the box's half height: the crop reaches so much farther to the sides, twice that below."""

SMOOTH = 13
"""Frames of the median that steadies the boxes."""

OUTSIDE = 110
"""Level beyond the frame, as in the published program."""


def frames_at_25(take: Take) -> NDArray[np.int64]:
    """[T] the frame of the take that is shown at each 1 / 25 s."""
    count = round(len(take.frames) / take.fps * FPS)
    shown = ((np.arange(count) + 0.5) / FPS * take.fps).astype(np.int64)
    return np.minimum(shown, len(take.frames) - 1)


def face_pictures(take: Take, frames: NDArray[np.int64]) -> Iterator[Tensor]:
    """[3, 224, 224] float32 each, blue first, levels 0 to 255.

    Args:
        take: has a track.
        frames: which of its frames.
    """
    assert take.track is not None  # asked before
    boxes = face_boxes(take.track)[frames]
    for index, (x, y, half) in zip(frames, boxes, strict=True):
        picture = take.frames[int(index)]
        yield torch.from_numpy(_cut(picture, x, y, half)[..., ::-1].copy()).permute(2, 0, 1).float()


def face_boxes(track: Track) -> NDArray[np.float64]:
    """[T, 3] middle x, middle y and half of the longer side, px, steadied."""
    points = track.landmarks[..., :2].double().numpy()
    low, high = points.min(1), points.max(1)
    half = (high - low).max(1) / 2
    boxes = np.column_stack(((low + high) / 2, half))
    wide = np.pad(boxes, ((SMOOTH // 2, SMOOTH // 2), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(wide, SMOOTH, axis=0)
    return np.asarray(np.median(windows, axis=-1), np.float64)


def _cut(picture: Picture, x: float, y: float, half: float) -> Picture:
    side = 2 * half * (1 + MARGIN)
    left, top = x - side / 2, y - half
    scale = SIDE / side
    # OpenCV counts pixel centres as whole numbers.
    shift = (0.5 - left) * scale - 0.5, (0.5 - top) * scale - 0.5
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    made = cv2.warpAffine(
        picture, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderValue=(OUTSIDE,) * 3
    )
    return np.asarray(made, np.uint8)
