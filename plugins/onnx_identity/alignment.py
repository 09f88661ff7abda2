"""Faces turned, scaled and moved to where recognition networks expect them."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.subjects.cropped import crop_picture
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import Picture

TEMPLATE_PX = 112

TEMPLATE = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
"""Where ArcFace puts eyes, nose and corners of the mouth, px, pixel centres at whole numbers."""

POINTS = ((33, 133), (362, 263), (1, 4), (61,), (291,))
"""MediaPipe landmarks whose means these are; the first eye is on the left of the picture."""


def aligned(picture: Picture, landmarks: Tensor, side: int) -> Picture:
    """The face [side, side, 3] uint8.

    Args:
        picture: full frame [H, W, 3] uint8.
        landmarks: [478, 3] of it, px.
        side: px.
    """
    return crop_picture(picture, Crop(alignment(five_points(landmarks), side), side, side))


def five_points(landmarks: Tensor) -> Tensor:
    """[5, 2] px, in the order of ``TEMPLATE``."""
    return torch.stack([landmarks[list(group), :2].mean(0) for group in POINTS])


def alignment(points: Tensor, side: int) -> Tensor:
    """[2, 3] map from full-frame px: the similarity that brings ``points`` nearest to the template.

    With points as complex numbers a similarity is w = a z + b, and its least squares are linear.

    Args:
        points: [5, 2] px.
        side: of the aligned picture, px.
    """
    wanted = (np.array(TEMPLATE) + 0.5) * (side / TEMPLATE_PX)
    z, w = _complex(points.double().numpy()), _complex(wanted)
    centre, target = z.mean(), w.mean()
    spread = z - centre
    a = (np.conj(spread) @ (w - target)) / max(float((np.abs(spread) ** 2).sum()), 1e-12)
    b = target - a * centre
    matrix = [[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]]
    return torch.tensor(matrix, dtype=torch.float32)


def _complex(points: NDArray[np.float64]) -> NDArray[np.complex128]:
    return points[:, 0] + 1j * points[:, 1]
