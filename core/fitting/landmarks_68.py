"""The 68 points of the iBUG and Multi-PIE markup, and MediaPipe's landmarks as those."""

import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.fitting.mediapipe_points import LANDMARKS, POINTS_68

POINTS = 68

JAW = tuple(range(17))
BROWS = (tuple(range(17, 22)), tuple(range(22, 27)))
BRIDGE = tuple(range(27, 31))
NOSTRILS = tuple(range(31, 36))
EYES = (tuple(range(36, 42)), tuple(range(42, 48)))
LIPS_OUTER = tuple(range(48, 60))
LIPS_INNER = tuple(range(60, 68))

STABLE = (
    *(1, 2, 3, 4, 5, 11, 12, 13, 14, 15),
    *(27, 28, 29, 30, 31, 32, 33, 34, 35),
    *(36, 39, 42, 45, 17, 21, 22, 26),
)
"""The 27 points that the head's motion is taken from: Chen et al.'s. Without those of the jaw the
outline of a turning face slides over the skin twice as far, and the pose jitters by half as much
again (measured on four clips)."""

MIRROR = (
    *range(16, -1, -1),
    *range(26, 16, -1),
    *(27, 28, 29, 30),
    *range(35, 30, -1),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55),
    *(64, 63, 62, 61, 60, 67, 66, 65),
)
"""Point -> the one on the other side."""


def landmarks_68(landmarks: Tensor) -> Tensor:
    """The 68 points [T, 68, C] of tracked landmarks [T, 478 or 68, C].

    Of MediaPipe's landmarks those nearest to the markup's; 68 points are taken as they are.

    Raises:
        InvalidValue: neither 478 nor 68 points.
    """
    count = landmarks.shape[-2]
    if count == POINTS:
        return landmarks
    if count != LANDMARKS:
        what = f"expected {LANDMARKS} or {POINTS} landmarks, got {count}"
        raise InvalidValue(what, where="landmarks")
    return landmarks[..., list(POINTS_68), :]


def mirrored(shape: Tensor) -> Tensor:
    """Landmarks [..., 68, 3] of the mirror image; x is 0 in the middle of the face."""
    return shape[..., list(MIRROR), :] * shape.new_tensor([-1.0, 1.0, 1.0])


def inter_ocular(shape: Tensor) -> Tensor:
    """Distance of the middles of the eyes [...] of landmarks [..., 68, 3]."""
    right, left = (shape[..., list(eye), :].mean(-2) for eye in EYES)
    distance: Tensor = torch.linalg.vector_norm(right - left, dim=-1)
    return distance
