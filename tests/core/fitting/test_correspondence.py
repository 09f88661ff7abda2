"""Finding one mesh on another: the spline, the nearest place, and a warped head."""

import torch
from torch import Tensor

from visemix.core.fitting.correspondence import embed, nearest, spline
from visemix.core.fitting.mediapipe_points import MESH, OVAL, POINTS_68
from visemix.core.fitting.surface import vertex_normals
from visemix.core.testing.head import sample_head


def points(count: int, seed: int = 0) -> Tensor:
    return torch.randn(count, 3, generator=torch.Generator().manual_seed(seed))


def test_the_spline_keeps_what_is_affine() -> None:
    matrix, shift = points(3, 1), points(1, 2)
    source, asked = points(12, 3), points(5, 4)
    found = spline(source, source @ matrix + shift, asked)
    assert torch.allclose(found, asked @ matrix + shift, atol=1e-4)


def test_the_spline_meets_its_points() -> None:
    source, target = points(12, 5), points(12, 6)
    assert torch.allclose(spline(source, target, source, stiffness=0.0), target, atol=1e-4)


def test_the_nearest_place_is_inside_on_an_edge_or_at_a_corner() -> None:
    vertices = torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    triangles = torch.tensor([[0, 1, 2]], dtype=torch.int32)
    asked = torch.tensor([[0.25, 0.25, 0.3], [0.5, -1.0, 0.0], [-1.0, -1.0, 0.0], [1.0, 1.0, 0.0]])
    up = torch.tensor([[0.0, 0, 1]]).expand(4, 3)
    found = nearest(asked, up, vertices, triangles).of(vertices)
    wanted = torch.tensor([[0.25, 0.25, 0.0], [0.5, 0, 0], [0, 0, 0], [0.5, 0.5, 0]])
    assert torch.allclose(found, wanted, atol=1e-6)


def test_of_two_sheets_that_touch_the_one_that_looks_the_same_way_is_chosen() -> None:
    sheet = torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    vertices = torch.cat((sheet, sheet + torch.tensor([0.0, 0.0, 0.01])))
    triangles = torch.tensor([[0, 1, 2], [3, 5, 4]], dtype=torch.int32)  # the upper looks down
    asked = torch.tensor([[0.2, 0.2, 0.01]]).expand(2, 3)
    normals = torch.tensor([[0.0, 0, 1], [0, 0, -1]])
    found = nearest(asked, normals, vertices, triangles)
    assert found.corners.amin(1).tolist() == [0, 3]


def test_a_warped_head_is_found_again() -> None:
    head = sample_head()
    template = head.vertices[:MESH]
    scaled = template * torch.tensor([1.1, 0.95, 1.05]) + torch.tensor([0.3, -0.2, 0.1])
    bent = scaled + 0.03 * torch.sin(3 * scaled.flip(1))
    known = [(point, point) for point in POINTS_68]
    found = embed(template, head.triangles, (bent, head.triangles), known)
    away = (found.of(bent) - bent).norm(dim=-1)
    assert float(away.median()) < 0.005  # half a millimetre
    inner = [k for k in range(MESH) if k not in OVAL]
    assert float(away[inner].max()) < 0.1
    normals = vertex_normals(template, head.triangles)
    itself = nearest(template, normals, template, head.triangles)
    assert torch.allclose(itself.of(template), template, atol=1e-5)
