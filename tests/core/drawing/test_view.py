"""Cameras as matrices."""

import pytest
import torch

from visemix.core.drawing.view import nearest_w, view_matrix
from visemix.core.values.camera import Camera, Projection


@pytest.mark.parametrize("projection", list(Projection))
def test_the_matrix_does_what_the_camera_does(projection: Projection) -> None:
    camera = Camera(torch.tensor([30.0, 20.0]), projection, 48, 64, focal=90.0, distance=7.0)
    points = torch.rand(50, 3, generator=torch.Generator().manual_seed(0)) * 6 - 3
    homogeneous = torch.cat((points, torch.ones(50, 1)), -1) @ view_matrix(camera).T
    x, y, depth, w = homogeneous.unbind(-1)
    found = torch.stack((x / w, y / w, depth), -1)
    torch.testing.assert_close(found, camera.project(points), atol=1e-4, rtol=0)
    assert (w >= nearest_w(camera)).all()
