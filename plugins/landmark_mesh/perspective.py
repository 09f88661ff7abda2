"""Takes the perspective camera's distortion out of tracked points, and puts it back.

With w the depth of a point before the head's origin in px, the perspective camera of
docs/conventions.md magnifies its offset from the principal point by f / (f - w), whatever the pose:
a model unit at the origin has s = f / (D - z) px, so f / (D - z - w / s) = s f / (f - w).
"""

import torch
from torch import Tensor

from visemix.core.tracked_face.alignment import align
from visemix.core.tracked_face.neutral import frontalise
from visemix.core.values.pose import FOCAL_PX

ROUNDS = 2
"""The depth of the origin depends on the shape and the other way round; settles at once."""


def flatten(points: Tensor, found: Tensor) -> Tensor:
    """Tracked points [T, 478, 3] px as an orthographic camera would have seen them.

    Args:
        points: around the crop's centre, y up, z towards the viewer.
        found: [T] bool, frames to learn from.
    """
    flat = points
    for _ in range(ROUNDS):
        neutral = frontalise(flat[found]).neutral
        origin = align(neutral, flat).shift[:, 2]
        flat = _scaled(points, 1 - _nearness(points, origin))
    return flat


def magnify(flat: Tensor, origin: Tensor) -> Tensor:
    """Inverse of :func:`flatten` for a head whose origin has depth ``origin`` [T] px."""
    return _scaled(flat, 1 / (1 - _nearness(flat, origin)))


def _nearness(points: Tensor, origin: Tensor) -> Tensor:
    return (points[..., 2] - origin[:, None]) / FOCAL_PX


def _scaled(points: Tensor, factor: Tensor) -> Tensor:
    x, y, z = points.unbind(-1)
    return torch.stack((x * factor, y * factor, z), -1)
