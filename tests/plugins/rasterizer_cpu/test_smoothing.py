"""The numba silhouettes against ``core.drawing.antialias``."""

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.drawing.antialias import antialias, neighbours
from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh
from visemix.plugins.rasterizer_cpu import reference, silhouettes
from visemix.plugins.rasterizer_cpu.smoothing import smooth

SIZE = (30, 44)


def numbers(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def rough(homogeneous: bool) -> Mesh:
    """Three frames of a rough net, folded, parts of it behind the eye if homogeneous."""
    rows, columns = 9, 11
    y, x = torch.meshgrid(
        torch.linspace(2, 28, rows), torch.linspace(2, 42, columns), indexing="ij"
    )
    level = torch.stack((x, y, torch.zeros_like(x)), -1).reshape(1, -1, 3)
    vertices = level + 9 * numbers(3, rows * columns, 3)
    if homogeneous:
        w = 1.5 * numbers(3, rows * columns, 1, seed=1) - 0.1
        vertices = torch.cat((vertices[..., :2] * w, vertices[..., 2:], w), -1)
    index = torch.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    triangles = torch.cat((torch.stack((a, c, b), -1), torch.stack((b, c, d), -1)))
    corners = triangles.reshape(-1, 3).int()
    return Mesh(vertices, corners, torch.eye(4, dtype=torch.float64), *SIZE, near=0.1)


def drawn(mesh: Mesh) -> Fragments:
    return reference.draw(mesh, mesh.vertices.new_empty(1, mesh.vertices.shape[1], 0))


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("homogeneous", [False, True])
def test_pictures_and_gradients_are_those_of_the_plain_way(homogeneous: bool, threads: int) -> None:
    mesh = rough(homogeneous)
    made, across = drawn(mesh), neighbours(mesh.triangles)
    picture = numbers(3, 2, *SIZE, seed=2)
    inputs = [x.requires_grad_() for x in (picture, mesh.vertices, mesh.matrix)]
    expected = antialias(picture, made, mesh, across)
    found = smooth(picture, made, mesh, across, threads=threads)
    assert (expected != picture).sum() > 400
    torch.testing.assert_close(found, expected.float(), atol=2e-6, rtol=0)
    weights = numbers(*expected.shape, seed=3)
    slopes = torch.autograd.grad((expected * weights).sum(), inputs)
    others = torch.autograd.grad((found * weights).sum(), inputs)
    for slope, other in zip(slopes, others, strict=True):
        assert slope.abs().max() > 0.1
        assert (other - slope).abs().max() / slope.abs().max() < 1e-5


def test_nothing_is_recorded_where_nothing_requires_a_gradient() -> None:
    mesh = rough(False)
    made, across = drawn(mesh), neighbours(mesh.triangles)
    picture = numbers(3, 2, *SIZE, seed=2)
    plain = smooth(picture, made, mesh, across)
    assert not plain.requires_grad
    tracked = smooth(
        picture, made, attrs.evolve(mesh, vertices=mesh.vertices.requires_grad_()), across
    )
    assert torch.equal(plain, tracked)
    with torch.no_grad():
        assert not smooth(picture, made, mesh, across).requires_grad


def test_no_frames_and_no_triangles() -> None:
    mesh = rough(False)
    none = attrs.evolve(mesh, vertices=mesh.vertices[:0])
    assert (
        smooth(torch.empty(0, 2, *SIZE), drawn(none), none, neighbours(mesh.triangles)).numel() == 0
    )
    bare = attrs.evolve(mesh, triangles=mesh.triangles[:0])
    picture = torch.rand(3, 2, *SIZE)
    assert torch.equal(smooth(picture, drawn(bare), bare, neighbours(bare.triangles)), picture)


def test_the_constants_are_those_of_the_plain_way() -> None:
    from visemix.core.drawing import antialias as plain

    assert (silhouettes.WALK, silhouettes.SLACK) == (plain.WALK, plain.SLACK)
