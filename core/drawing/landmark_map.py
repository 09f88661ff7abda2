"""Landmarks drawn as a grey edge map: what a generator is told of the wanted face (SYSTEMS C.5)."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.fitting.landmarks_68 import (
    BRIDGE,
    BROWS,
    EYES,
    JAW,
    LIPS_INNER,
    LIPS_OUTER,
    NOSTRILS,
    landmarks_68,
)
from visemix.core.values.geometry import FaceGeometry

LANDMARK_MAP = "landmarks"
"""The map of a Rendering that this is."""

FOREHEAD_HEIGHT = 0.6
"""How high the forehead stands over the line between the ends of the jaw, of the chin's depth
below it; tracked faces have 0.5 to 0.6."""

FOREHEAD_POINTS = len(JAW) - 2

THICKNESS = 1 / 128
"""Of a line, of the picture's height; never below one pixel."""

SUBPIXEL_BITS = 4
FURTHEST_PX = 1 << 14
"""Points beyond this are drawn here; OpenCV counts sixteenths of a pixel in 32 bits."""

_OUTLINE = (*JAW, *reversed(range(68, 68 + FOREHEAD_POINTS)))
_CLOSED = (_OUTLINE, *EYES, LIPS_OUTER, LIPS_INNER)
_OPEN = (*BROWS, BRIDGE, (BRIDGE[-1], NOSTRILS[0]), (BRIDGE[-1], NOSTRILS[-1]), NOSTRILS)


def draw_landmarks(landmarks: Tensor, height: int, width: int) -> Tensor:
    """Jaw and forehead, brows, nose, eyes and lips as white lines on black.

    Args:
        landmarks: [T, 478 or 68, 2 or 3], x right and y down in px of the picture.
        height: of the picture, px.
        width: of the picture, px.

    Returns:
        [T, 1, H, W] float32 in [0, 1], on the landmarks' device; without gradient.

    Raises:
        InvalidValue: neither 478 nor 68 landmarks.
    """
    points = with_forehead(landmarks_68(landmarks.detach())[..., :2].cpu().float())
    pictures = np.zeros((len(points), 1, height, width), np.uint8)
    for picture, frame in zip(pictures, _subpixels(points), strict=True):
        _draw(picture[0], frame)
    return (torch.from_numpy(pictures).float() / 255).to(landmarks.device)


def landmark_map(geometry: FaceGeometry) -> Tensor:
    """The landmarks of a geometry, drawn in its crop [T, 1, H, W].

    Raises:
        InvalidValue: it has none.
    """
    if geometry.landmarks is None:
        do = "leave out the map 'landmarks' or use a face model that has some"
        raise InvalidValue("the geometry has no landmarks to draw", where="maps", do=do)
    return draw_landmarks(geometry.landmarks, geometry.camera.height, geometry.camera.width)


def with_forehead(points: Tensor) -> Tensor:
    """68 points [..., 68, 2] and the jaw's inner ones mirrored upwards [..., 83, 2].

    The mirror is the line between the ends of the jaw, so the forehead turns with the head.
    """
    first, last = points[..., :1, :], points[..., len(JAW) - 1 : len(JAW), :]
    along = torch.nn.functional.normalize(last - first, dim=-1)
    jaw = points[..., 1 : len(JAW) - 1, :] - first
    foot = (jaw * along).sum(-1, keepdim=True) * along
    return torch.cat((points, first + foot - FOREHEAD_HEIGHT * (jaw - foot)), -2)


def _subpixels(points: Tensor) -> NDArray[np.int32]:
    # OpenCV's pixel centres lie at whole numbers, ours at halves.
    placed = (points.nan_to_num(0.0) - 0.5).clamp(-FURTHEST_PX, FURTHEST_PX)
    whole: NDArray[np.int32] = (placed * (1 << SUBPIXEL_BITS)).round().int().numpy()
    return whole


def _draw(picture: NDArray[np.uint8], points: NDArray[np.int32]) -> None:
    thick = max(1, round(len(picture) * THICKNESS))
    for lines, closed in ((_CLOSED, True), (_OPEN, False)):
        curves = [points[list(line)] for line in lines]
        cv2.polylines(picture, curves, closed, 255, thick, cv2.LINE_AA, SUBPIXEL_BITS)
