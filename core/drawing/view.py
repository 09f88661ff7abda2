"""Cameras as matrices."""

import torch
from torch import Tensor

from visemix.core.values.camera import Camera, Projection

NEAREST = 0.01
"""Nearest distance drawn, as a fraction of the camera's distance to the model's origin."""


def view_matrix(camera: Camera) -> Tensor:
    """[4, 4] float32, ``camera.project`` as a matrix to homogeneous pixels."""
    cx, cy = (float(x) for x in camera.principal)
    focal, distance = camera.focal, camera.distance
    if camera.projection is Projection.ORTHOGRAPHIC:
        rows = [[1, 0, 0, cx], [0, -1, 0, cy], [0, 0, 1, 0], [0, 0, 0, 1]]
    else:
        # w = distance - z, so a multiple of w moves the picture.
        across = [focal, 0, -cx, cx * distance]
        rows = [across, [0, -focal, -cy, cy * distance], [0, 0, 1, 0], [0, 0, -1, distance]]
    return torch.tensor(rows, dtype=torch.float32)


def nearest_w(camera: Camera) -> float:
    """Smallest w drawn: a set fraction of the eye's distance, for an orthographic camera any."""
    if camera.projection is Projection.ORTHOGRAPHIC:
        return 0.5  # w is 1 for every vertex
    return NEAREST * camera.distance
