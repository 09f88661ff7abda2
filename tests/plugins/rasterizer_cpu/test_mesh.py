"""What a Mesh refuses, and cameras as matrices."""

from typing import Any

import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.core.values.camera import Camera, Projection
from visemix.plugins.rasterizer_cpu.mesh import LARGEST_PX, Mesh, nearest_w, view_matrix

GOOD: dict[str, Any] = {
    "vertices": torch.zeros(1, 3, 3),
    "triangles": torch.tensor([[0, 1, 2]], dtype=torch.int32),
    "matrix": torch.eye(4),
    "height": 4,
    "width": 4,
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vertices", torch.zeros(3, 3)),
        ("vertices", torch.zeros(1, 3, 2)),
        ("vertices", torch.zeros(1, 3, 3, dtype=torch.int64)),
        ("triangles", torch.tensor([[0, 1, 2]])),
        ("triangles", torch.tensor([[0, 1]], dtype=torch.int32)),
        ("triangles", torch.tensor([[0, 1, 3]], dtype=torch.int32)),
        ("triangles", torch.tensor([[-1, 1, 2]], dtype=torch.int32)),
        ("matrix", torch.eye(3)),
        ("height", 0),
        ("width", LARGEST_PX + 1),
        ("near", 0.0),
    ],
)
def test_the_error_names_the_field(field: str, value: object) -> None:
    Mesh(**GOOD)
    with pytest.raises(InvalidValue, match=f"Mesh.{field}"):
        Mesh(**{**GOOD, field: value})


@pytest.mark.parametrize("projection", list(Projection))
def test_the_matrix_does_what_the_camera_does(projection: Projection) -> None:
    camera = Camera(torch.tensor([30.0, 20.0]), projection, 48, 64, focal=90.0, distance=7.0)
    points = torch.rand(50, 3, generator=torch.Generator().manual_seed(0)) * 6 - 3
    homogeneous = torch.cat((points, torch.ones(50, 1)), -1) @ view_matrix(camera).T
    x, y, depth, w = homogeneous.unbind(-1)
    found = torch.stack((x / w, y / w, depth), -1)
    torch.testing.assert_close(found, camera.project(points), atol=1e-4, rtol=0)
    assert (w >= nearest_w(camera)).all()
