"""The oracle itself: gradients by finite differences, normals and candidates by hand."""

import attrs
import torch
from torch import Tensor

from visemix.core.drawing.mesh import Mesh
from visemix.plugins.rasterizer_cpu import reference


def tilted(requires_grad: bool = True) -> Mesh:
    """Two crossing triangles seen in perspective, in float64."""
    points = [[-1.03, -0.91, 3], [1.2, -0.8, 4], [0.13, 1.1, 2.5], [1, 1.07, 3], [-1, 0.9, 3.5]]
    vertices = torch.tensor([points], dtype=torch.float64, requires_grad=requires_grad)
    triangles = torch.tensor([[0, 1, 2], [0, 3, 4]], dtype=torch.int32)
    matrix = torch.tensor([[8.0, 0, 4, 0], [0, 8, 4, 0], [0, 0, -1, 0], [0, 0, 1, 0]])
    return Mesh(vertices, triangles, matrix.double(), 8, 8)


def test_gradients_of_vertices_and_attributes() -> None:
    mesh = tilted()
    attributes = torch.rand(1, 5, 2, dtype=torch.float64, requires_grad=True)

    def values_and_depth(vertices: Tensor, attributes: Tensor) -> tuple[Tensor, ...]:
        made = reference.draw(attrs.evolve(mesh, vertices=vertices), attributes)
        return made.values, made.shares, made.depth[made.triangle >= 0]

    assert set(reference.draw(mesh, attributes).triangle.flatten().tolist()) == {-1, 0, 1}
    assert torch.autograd.gradcheck(values_and_depth, (mesh.vertices, attributes))


def test_gradients_of_the_camera() -> None:
    mesh = tilted(requires_grad=False)
    attributes = torch.rand(1, 5, 2, dtype=torch.float64)

    def values(matrix: Tensor) -> Tensor:
        return reference.draw(attrs.evolve(mesh, matrix=matrix), attributes).values

    assert torch.autograd.gradcheck(values, (mesh.matrix.clone().requires_grad_(),))


def test_result_has_the_dtype_of_the_vertices() -> None:
    mesh = tilted()
    for dtype in (torch.float32, torch.float64):
        cast = attrs.evolve(mesh, vertices=mesh.vertices.to(dtype))
        made = reference.draw(cast, torch.ones(1, 5, 1))
        assert {made.values.dtype, made.shares.dtype, made.depth.dtype} == {dtype}


def test_candidates_hold_every_pixel_of_the_box_once() -> None:
    mesh = Mesh(torch.zeros(1, 3, 3), torch.zeros(1, 3, dtype=torch.int32), torch.eye(4), 10, 12)
    corners = torch.tensor([[[2.2, 3.1, 0, 1], [5.0, 3.5, 0, 1], [4.0, 6.9, 0, 1]]])
    found = reference.candidates(*reference.boxes(corners, mesh))
    pairs = set(zip(found.row.tolist(), found.column.tolist(), strict=True))
    assert len(pairs) == len(found.row)
    assert pairs >= {(row, column) for row in range(3, 7) for column in range(2, 5)}
    assert max(pairs)[0] < 10 and max(column for _, column in pairs) < 12


def test_candidates_of_a_triangle_behind_the_eye_are_the_whole_picture() -> None:
    mesh = Mesh(torch.zeros(1, 3, 3), torch.zeros(1, 3, dtype=torch.int32), torch.eye(4), 10, 12)
    corners = torch.tensor([[[2.2, 3.1, 0, 1], [5.0, 3.5, 0, 1], [4.0, 6.9, 0, -1]]])
    assert len(reference.candidates(*reference.boxes(corners, mesh)).row) == 120
