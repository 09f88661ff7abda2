"""The numba path against the PyTorch reference, and its own promises."""

from typing import Protocol

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh
from visemix.core.drawing.normals import normals
from visemix.core.errors import InvalidValue
from visemix.plugins.rasterizer_cpu import batch, reference

SIZE = (40, 56)


class Draw(Protocol):
    def __call__(
        self, mesh: Mesh, attributes: Tensor, masks: Tensor | None = None
    ) -> Fragments: ...


BOTH = pytest.mark.parametrize("draw", [batch.draw, reference.draw])


def numbers(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def soup(seed: int, homogeneous: bool = False, cull: bool = False) -> Mesh:
    """Random triangles, some of them far off or behind the eye if homogeneous."""
    vertices = numbers(3, 60, 3, seed=seed) * torch.tensor([70.0, 60.0, 9.0]) - 8
    if homogeneous:
        w = numbers(3, 60, 1, seed=seed + 1) * 1.6 - 0.4
        vertices = torch.cat((vertices[..., :2] * w, vertices[..., 2:], w), -1)
    generator = torch.Generator().manual_seed(seed)
    triangles = torch.randint(0, 60, (40, 3), dtype=torch.int32, generator=generator)
    return Mesh(vertices, triangles, torch.eye(4), *SIZE, near=0.1, cull=cull)


@pytest.mark.parametrize("homogeneous", [False, True])
@pytest.mark.parametrize("cull", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_random_meshes_agree_with_the_reference(seed: int, homogeneous: bool, cull: bool) -> None:
    mesh = soup(seed, homogeneous, cull=cull)
    attributes = numbers(3, 60, 4, seed=seed)
    found, expected = batch.draw(mesh, attributes), reference.draw(mesh, attributes)
    same = found.triangle == expected.triangle
    assert same.float().mean() > 0.999  # vertices are snapped to 1 / 2**14 px
    seen = same & (found.triangle >= 0)
    assert seen.float().mean() > 0.2
    assert torch.equal(found.coverage[:, 0] > 0, found.triangle >= 0)
    # Slivers turn the snapping into larger shares; the typical error is far smaller.
    for a, b in ((found.shares, expected.shares), (found.values, expected.values)):
        error = (a - b).abs().amax(1)[seen]
        assert error.max() < 5e-3
        assert error.median() < 2e-5
    torch.testing.assert_close(found.depth[seen], expected.depth[seen], atol=2e-2, rtol=0)


@pytest.mark.parametrize("frames", [1, 2, 3, 5])
def test_threads_do_not_change_the_result(frames: int) -> None:
    mesh = attrs.evolve(soup(1, homogeneous=True), height=300, width=200)
    mesh = attrs.evolve(mesh, vertices=mesh.vertices[:1].expand(frames, -1, -1) * 4)
    attributes = numbers(1, 60, 3)
    alone, shared = (
        batch.draw(mesh, attributes, attributes[..., 1:], threads=threads) for threads in (1, 4)
    )
    for field in ("triangle", "shares", "depth", "values", "masks", "coverage"):
        assert torch.equal(getattr(alone, field), getattr(shared, field)), field


def test_what_is_not_kept_is_not_made_and_changes_nothing() -> None:
    mesh, attributes = soup(2), numbers(1, 60, 3)
    kept, spare = (batch.draw(mesh, attributes, keep=keep) for keep in (True, False))
    assert spare.triangle.numel() == spare.shares.numel() == spare.depth.numel() == 0
    assert torch.equal(kept.values, spare.values)
    assert torch.equal(kept.coverage, spare.coverage)


@BOTH
@pytest.mark.parametrize("bad", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("axis", range(3))
def test_triangles_with_a_corner_not_finite_are_skipped(draw: Draw, bad: float, axis: int) -> None:
    vertices = torch.tensor([[0.0, 0, 0], [8, 0, 0], [0, 8, 0], [4, 4, 5], [8, 8, 5]])
    vertices[4, axis] = bad
    triangles = torch.tensor([[0, 1, 2], [0, 3, 4], [4, 2, 1]], dtype=torch.int32)
    mesh = Mesh(vertices[None], triangles, torch.eye(4), 8, 8)
    found = draw(mesh, torch.empty(1, 5, 0))
    alone = draw(attrs.evolve(mesh, triangles=triangles[:1]), torch.empty(1, 5, 0))
    assert (found.triangle >= 0).sum() in (28, 36)  # half of 64, with or without the diagonal
    assert torch.equal(found.triangle, alone.triangle)


@BOTH
def test_of_equal_depths_the_first_triangle_stays(draw: Draw) -> None:
    corners = torch.tensor([[0.0, 0, 1], [9, 0, 1], [0, 9, 1]])
    triangles = torch.tensor([[0, 1, 2], [1, 2, 0], [0, 2, 1]], dtype=torch.int32)
    found = draw(Mesh(corners[None], triangles, torch.eye(4), 4, 4), torch.empty(1, 3, 0))
    assert (found.triangle == 0).all()


@BOTH
def test_masks_are_mixed_like_any_attribute(draw: Draw) -> None:
    mesh, attributes, masks = soup(3), numbers(3, 60, 2), numbers(1, 60, 3, seed=1)
    found = draw(mesh, attributes, masks)
    assert torch.equal(found.masks, draw(mesh, masks).values)
    assert torch.equal(found.values, draw(mesh, attributes).values)
    assert found.masks.max() > 0.5


@BOTH
def test_attributes_may_change_from_frame_to_frame(draw: Draw) -> None:
    mesh = soup(3)
    both = numbers(3, 60, 2)
    together = draw(mesh, both).values
    for t in range(3):
        alone = draw(mesh, both[t : t + 1]).values
        assert torch.equal(together[t], alone[t])


@BOTH
@pytest.mark.parametrize("shape", [(60, 3), (1, 59, 3), (2, 60, 3)])
def test_attributes_of_another_mesh_are_refused(draw: Draw, shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidValue, match=r"\[1 or 3, 60, C\]"):
        draw(soup(0), torch.zeros(shape))


def test_strided_and_double_inputs_give_the_same_picture() -> None:
    mesh, attributes = soup(4), numbers(1, 60, 3)
    strided = attrs.evolve(
        mesh,
        vertices=mesh.vertices.double().transpose(0, 1).contiguous().transpose(0, 1),
        triangles=mesh.triangles.T.contiguous().T,
    )
    assert not strided.vertices.is_contiguous()
    a, b = batch.draw(mesh, attributes), batch.draw(strided, attributes.double())
    assert torch.equal(a.values, b.values)


def test_a_clipped_triangle_meets_its_neighbour_without_crack_or_double_hit() -> None:
    # A floor under the eye: two triangles, both reaching behind it, and two in front of it.
    points = [(-9.0, -1, -9), (9, -1, -9), (-9, -1, 3), (9, -1, 3), (-9, -1, 40), (9, -1, 40)]
    triangles = torch.tensor([[0, 1, 2], [2, 1, 3], [2, 3, 4], [4, 3, 5]], dtype=torch.int32)
    matrix = torch.tensor([[32.0, 0, 32, 0], [0, -32, 32, 0], [0, 0, -1, 0], [0, 0, 1, 0]])
    mesh = Mesh(torch.tensor(points)[None], triangles, matrix, 64, 64, near=0.1)
    none = torch.empty(1, 6, 0)
    parts = [attrs.evolve(mesh, triangles=triangles[k : k + 1]) for k in range(4)]
    times = torch.stack([batch.draw(part, none).coverage[0, 0] for part in parts]).sum(0)
    together = batch.draw(mesh, none).coverage[0, 0]
    assert torch.equal(times, together)
    assert together[40:].all()  # the horizon is at row 32, the floor's far end above row 40
    assert not together[:32].any()


def test_normals_agree_with_the_reference() -> None:
    vertices = numbers(2, 60, 3, seed=5)
    triangles = soup(5).triangles
    found, expected = (f(vertices, triangles) for f in (batch.normals, normals))
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)
    lengths = found.norm(dim=-1)
    assert ((lengths - 1).abs() < 1e-5).sum() + (lengths == 0).sum() == lengths.numel()


def test_triangles_that_are_not_finite_have_no_part_in_normals() -> None:
    vertices = numbers(1, 6, 3, seed=6)
    vertices[0, 5] = torch.tensor([torch.nan, torch.inf, 0.0])
    triangles = torch.tensor([[0, 1, 2], [1, 2, 3], [0, 4, 5], [5, 2, 3]], dtype=torch.int32)
    for normals_of in (batch.normals, normals):
        found = normals_of(vertices, triangles)
        assert torch.equal(found, normals_of(vertices, triangles[:2]))
