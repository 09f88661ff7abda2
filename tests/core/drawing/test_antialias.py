"""Silhouettes: which edges count, where they cross, and the gradient of that."""

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.drawing.antialias import WALK, antialias, neighbours
from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh
from visemix.plugins.rasterizer_cpu import reference

SQUARE = [(2.25, 1.6, 0.0), (6.75, 1.6, 0.0), (6.75, 6.5, 0.0), (2.25, 6.5, 0.0)]
HALVES = [(0, 2, 1), (0, 3, 2)]


def mesh_of(points: object, triangles: object, size: tuple[int, int] = (8, 9)) -> Mesh:
    vertices = torch.tensor(points, dtype=torch.float64)[None]
    corners = torch.tensor(triangles, dtype=torch.int32).reshape(-1, 3)
    return Mesh(vertices, corners, torch.eye(4, dtype=torch.float64), *size)


def drawn(mesh: Mesh) -> Fragments:
    return reference.draw(mesh, mesh.vertices.new_empty(1, mesh.vertices.shape[1], 0))


def smoothed(mesh: Mesh) -> Tensor:
    """[H, W], the cover of the first frame."""
    made = drawn(mesh)
    return antialias(made.coverage, made, mesh, neighbours(mesh.triangles))[0, 0]


def test_neighbours_are_those_found_by_looking_at_every_pair() -> None:
    generator = torch.Generator().manual_seed(0)
    triangles = torch.stack([torch.randperm(7, generator=generator)[:3] for _ in range(12)]).int()
    found = neighbours(triangles).tolist()
    edges = {
        (f, k): frozenset(triangles[f, [(k + 1) % 3, (k + 2) % 3]].tolist())
        for f in range(12)
        for k in range(3)
    }
    counts = set()
    for (f, k), edge in edges.items():
        others = [
            3 * g + j for (g, j), other in edges.items() if other == edge and (g, j) != (f, k)
        ]
        assert found[f][k] == (others[0] if len(others) == 1 else -1)
        counts.add(len(others))
    assert counts >= {0, 1, 2}


def test_no_triangles_have_no_neighbours() -> None:
    assert neighbours(torch.empty(0, 3, dtype=torch.int32)).shape == (0, 3)
    mesh = mesh_of(SQUARE, [])
    assert not smoothed(mesh).any()


def test_a_square_covers_the_shares_of_its_rim() -> None:
    cover = smoothed(mesh_of(SQUARE, HALVES))
    assert cover[3].tolist() == pytest.approx([0, 0, 0.75, 1, 1, 1, 0.75, 0, 0])
    assert cover[:, 4].tolist() == pytest.approx([0, 0.4, 1, 1, 1, 1, 0.5, 0])


def test_an_edge_through_pixel_centres_is_half_cover_whoever_has_the_pixel() -> None:
    for left in (2.5, 2.5 + 1e-5, 2.5 - 1e-5):
        points = [(left, y, z) if x < 3 else (x, y, z) for x, y, z in SQUARE]
        assert smoothed(mesh_of(points, HALVES))[4, 2] == pytest.approx(0.5, abs=2e-5)


def test_winding_does_not_matter_and_inner_edges_are_no_silhouettes() -> None:
    cover = smoothed(mesh_of(SQUARE, HALVES))
    for turned in ([(0, 2, 1), (0, 2, 3)], [(0, 1, 2), (0, 2, 3)], [(2, 1, 0), (3, 2, 0)]):
        assert torch.equal(smoothed(mesh_of(SQUARE, turned)), cover)
    colours = torch.rand(1, 3, 8, 9, dtype=torch.float64)
    mesh = mesh_of([(-9, -9, 0), (99, -9, 0), (99, 99, 0), (-9, 99, 0)], HALVES)
    made = drawn(mesh)
    assert set(made.triangle.flatten().tolist()) == {0, 1}
    assert torch.equal(antialias(colours, made, mesh, neighbours(mesh.triangles)), colours)


def test_a_fold_is_a_silhouette() -> None:
    # Two triangles share the edge x = 4.25 and both lie to its left, one behind the other.
    points = [(4.25, -9, 1), (4.25, 18, 1), (-9, 4, 1), (-9, 4, -5)]
    cover = smoothed(mesh_of(points, [(0, 1, 2), (0, 1, 3)]))
    assert cover[4].tolist() == pytest.approx([1, 1, 1, 1, 0.25, 0, 0, 0, 0])


def test_the_nearer_surface_gives_its_colour_to_the_farther() -> None:
    behind = [(x * 9 - 20, y * 9 - 20, -3.0) for x, y, _ in SQUARE]
    mesh = mesh_of([*SQUARE, *behind], [*HALVES, (4, 6, 5), (4, 7, 6)])
    made = drawn(mesh)
    red = (made.triangle < 2).double()[:, None]
    blended = antialias(torch.cat((red, 1 - red), 1), made, mesh, neighbours(mesh.triangles))[0]
    assert blended[0, 3].tolist() == pytest.approx([0, 0, 0.75, 1, 1, 1, 0.75, 0, 0])
    torch.testing.assert_close(blended.sum(0), torch.ones(8, 9, dtype=torch.float64))


def strips(count: int) -> Mesh:
    """A rectangle whose right end, x = 5.25, is that many narrow strips, all within a pixel."""
    columns = [-9.0, *torch.linspace(4.55, 5.25, count + 1).tolist()]
    points = [(x, y, 0.0) for x in columns for y in (-9.0, 20.0)]
    quads = [(2 * k, 2 * k + 1, 2 * k + 2, 2 * k + 3) for k in range(count + 1)]
    return mesh_of(points, [t for a, b, c, d in quads for t in ((a, b, c), (c, b, d))])


def test_a_silhouette_is_found_behind_inner_edges_but_not_too_many() -> None:
    for count in range(1, 4):
        assert smoothed(strips(count))[4, 5] == pytest.approx(0.25)
    # Each strip is two triangles.
    assert smoothed(strips(WALK))[4, 5] == 0


def test_edges_that_reach_behind_the_eye_are_left_hard() -> None:
    # Homogeneous: the third corner lies behind the eye, so the edge x = 4.25 alone is in front.
    points = [(4.25, -9.0, 0, 1), (4.25, 20.0, 0, 1), (9.0, -4.0, 0, -1)]
    mesh = attrs.evolve(mesh_of(points, [(0, 1, 2)]), near=0.1)
    made = drawn(mesh)
    cover = smoothed(mesh)
    assert 8 < made.coverage.sum() < 60
    changed = (cover != made.coverage[0, 0]).nonzero()
    assert len(changed) > 3
    assert set(changed[:, 1].tolist()) == {4}


def test_vertices_that_are_not_finite_do_no_harm() -> None:
    points = [*SQUARE, (torch.nan, 3.0, 0.0), (torch.inf, -torch.inf, 0.0)]
    cover = smoothed(mesh_of(points, [*HALVES, (0, 1, 4), (1, 2, 5)]))
    assert torch.equal(cover, smoothed(mesh_of(SQUARE, HALVES)))


@pytest.mark.parametrize("perspective", [False, True])
def test_gradients_by_picture_vertices_and_camera(perspective: bool) -> None:
    mesh = mesh_of([*SQUARE, (0.4, 0.7, 2.0), (8.1, 3.2, 1.0)], [*HALVES, (4, 3, 5)])
    if perspective:
        matrix = mesh.matrix.clone()
        matrix[3, 2] = 0.04
        mesh = attrs.evolve(mesh, matrix=matrix)
    made = drawn(mesh)
    across = neighbours(mesh.triangles)
    picture = torch.rand(1, 2, 8, 9, dtype=torch.float64, requires_grad=True)

    def blend(picture: Tensor, vertices: Tensor, matrix: Tensor) -> Tensor:
        moved = attrs.evolve(mesh, vertices=vertices, matrix=matrix)
        return antialias(picture, made, moved, across)

    inputs = (picture, mesh.vertices.requires_grad_(), mesh.matrix.clone().requires_grad_())
    slopes = torch.autograd.grad(blend(*inputs).square().sum(), inputs)
    assert all(slope.abs().max() > 0.01 for slope in slopes)
    assert torch.autograd.gradcheck(blend, inputs, eps=1e-7, fast_mode=True)
