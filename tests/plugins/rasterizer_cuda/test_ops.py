"""Rasterise and interpolate against the numba part, to the bit, and the PyTorch reference."""

from typing import Any

import pytest
import torch
from torch import Tensor

from visemix.core.drawing.mesh import Mesh
from visemix.core.drawing.view import nearest_w, view_matrix
from visemix.core.testing.scenes import perspective
from visemix.plugins.rasterizer_cpu import batch, reference
from visemix.plugins.rasterizer_cuda import groups
from visemix.plugins.rasterizer_cuda.ops import Meshes, Pixels, homogeneous, interpolate, rasterize

pytestmark = pytest.mark.usefixtures("host")

SIZE = (33, 47)


def soup(frames: int, triangles: int, size_px: float, seed: int = 0) -> Meshes:
    """Triangles of about one size, thrown over the picture and beyond."""
    generator = torch.Generator().manual_seed(seed)
    centres = torch.rand(frames, triangles, 1, 3, generator=generator)
    around = torch.rand(frames, triangles, 3, 3, generator=generator) - 0.5
    vertices = (centres * 1.4 - 0.2) * torch.tensor([SIZE[1], SIZE[0], 20.0]) + around * size_px
    index = torch.arange(3 * triangles, dtype=torch.int32).reshape(-1, 3)
    return Meshes(vertices.reshape(frames, -1, 3), index, torch.eye(4))


def numba(meshes: Meshes, attributes: Tensor, *, near: float = 1e-6, cull: bool = False) -> Any:
    mesh = Mesh(meshes.vertices, meshes.triangles, meshes.matrix, *SIZE, near, cull)
    return batch.draw(mesh, attributes)


@pytest.mark.parametrize("cull", [False, True])
@pytest.mark.parametrize("size_px", [1.5, 6, 40, 1e5])
def test_same_bits_as_numba(size_px: float, cull: bool) -> None:
    meshes = soup(3, 200, size_px)
    attributes = torch.rand(1, 600, 5)
    found = rasterize(meshes, SIZE, cull=cull)
    expected = numba(meshes, attributes, cull=cull)
    assert (expected.triangle >= 0).sum() > 20
    assert torch.equal(found.triangle, expected.triangle)
    if size_px < 1e5:  # clipped triangles are mixed in another order
        assert torch.equal(found.shares, expected.shares)
        assert torch.equal(found.depth, expected.depth)
        assert torch.equal(interpolate(found, attributes), expected.values)
    assert torch.allclose(interpolate(found, attributes), expected.values, atol=1e-5)


def test_perspective_with_triangles_behind_the_eye() -> None:
    camera = perspective(SIZE)
    vertices = torch.rand(2, 90, 3, generator=torch.Generator().manual_seed(1)) - 0.5
    triangles = torch.arange(90, dtype=torch.int32).reshape(-1, 3)
    meshes = Meshes(vertices * torch.tensor([12.0, 12.0, 24.0]), triangles, view_matrix(camera))
    found = rasterize(meshes, SIZE, near=nearest_w(camera))
    expected = numba(meshes, torch.rand(1, 90, 0), near=nearest_w(camera))
    assert torch.equal(found.triangle, expected.triangle)
    assert torch.allclose(found.shares, expected.shares, atol=1e-5)
    assert torch.allclose(found.depth, expected.depth, atol=1e-4)


@pytest.mark.parametrize("threshold", [0, 1 << 30], ids=["all in the queue", "none in the queue"])
def test_either_way_of_drawing_gives_the_same(
    threshold: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    meshes = soup(2, 150, 30)
    usual = rasterize(meshes, SIZE)
    monkeypatch.setattr(groups, "small_px", lambda threads: threshold)
    same_pixels(rasterize(meshes, SIZE), usual)


def same_pixels(found: Pixels, expected: Pixels) -> None:
    assert torch.equal(found.triangle, expected.triangle)
    assert torch.equal(found.shares, expected.shares)
    assert torch.equal(found.depth, expected.depth)


def test_order_of_threads_does_not_matter(host: Any) -> None:
    meshes = soup(5, 150, 20)
    usual = rasterize(meshes, SIZE)
    host.backwards = True
    same_pixels(rasterize(meshes, SIZE), usual)


def test_size_of_a_group_does_not_matter(host: Any) -> None:
    meshes = soup(7, 60, 20)
    several = rasterize(meshes, SIZE)
    launches = sum(launch.kernel == "resolve" for launch in host.launched)
    assert launches > 1
    host.cache_bytes = 1 << 30
    same_pixels(rasterize(meshes, SIZE), several)
    assert sum(launch.kernel == "resolve" for launch in host.launched) == launches + 1


def test_meshes_of_one_frame_or_of_each() -> None:
    meshes = soup(3, 60, 20)
    together = torch.stack(
        [meshes.triangles, meshes.triangles.flip(0), meshes.triangles.roll(1, 1)]
    )
    cameras = torch.eye(4).repeat(3, 1, 1)
    cameras[:, 0, 3] = torch.tensor([0.0, 3.0, -4.5])
    attributes = torch.rand(3, 180, 2)
    found = rasterize(Meshes(meshes.vertices[:1], together, cameras), SIZE)
    values = interpolate(found, attributes)
    for t in range(3):
        one = Meshes(meshes.vertices[:1], together[t], cameras[t])
        alone = rasterize(one, SIZE)
        assert torch.equal(found.triangle[t], alone.triangle[0])
        assert torch.equal(found.shares[t], alone.shares[0])
        assert torch.equal(values[t], interpolate(alone, attributes[t])[0])


def test_homogeneous_vertices() -> None:
    meshes = soup(1, 40, 20)
    scaled = torch.nn.functional.pad(meshes.vertices, (0, 1), value=1.0) * 2
    found = rasterize(meshes._replace(vertices=scaled), SIZE)
    expected = rasterize(meshes, SIZE)
    assert torch.equal(found.triangle, expected.triangle)
    assert torch.allclose(found.shares, expected.shares, atol=1e-6)
    assert torch.allclose(homogeneous(found), 2 * homogeneous(expected))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_triangles_that_are_not_finite_are_left_out(value: float) -> None:
    meshes = soup(1, 40, 20)
    vertices = meshes.vertices.clone()
    vertices[0, 30:60:3, 1] = value  # a corner of triangles 10 to 19
    found = rasterize(meshes._replace(vertices=vertices), SIZE)
    rest = torch.cat((meshes.triangles[:10], meshes.triangles[20:]))
    expected = rasterize(meshes._replace(triangles=rest), SIZE).triangle
    expected = torch.where(expected >= 10, expected + 10, expected)
    assert torch.equal(found.triangle, expected)
    assert found.shares.isfinite().all()


def test_equal_depths_show_the_first_triangle(host: Any) -> None:
    square = torch.tensor([[[0.0, 0, 1], [47, 0, 1], [0, 33, 1], [47, 33, 1]]])
    halves = torch.tensor([[0, 1, 2], [1, 3, 2]], dtype=torch.int32)
    twice = Meshes(square, torch.cat((halves, halves)), torch.eye(4))
    for backwards in (False, True):
        host.backwards = backwards
        seen = rasterize(twice, SIZE).triangle
        assert set(seen.flatten().tolist()) == {0, 1}


def test_float64_agrees_with_the_reference() -> None:
    meshes = Meshes(*(x.double() if x.is_floating_point() else x for x in soup(2, 60, 12)))
    attributes = torch.rand(1, 180, 2, dtype=torch.float64)
    pixels = rasterize(meshes, SIZE)
    expected = reference.draw(Mesh(*meshes, *SIZE), attributes)
    same = pixels.triangle == expected.triangle
    assert same.float().mean() > 0.999  # but for centres that snapping moved over an edge
    close = torch.allclose(interpolate(pixels, attributes).movedim(1, -1)[same],
                           expected.values.movedim(1, -1)[same], atol=1e-9)  # fmt: skip
    assert close


@pytest.mark.parametrize("frames", [0, 1])
def test_nothing_to_draw(frames: int) -> None:
    empty = Meshes(torch.zeros(frames, 0, 3), torch.zeros(0, 3, dtype=torch.int32), torch.eye(4))
    pixels = rasterize(empty, (3, 5))
    assert pixels.triangle.shape == (frames, 3, 5)
    assert (pixels.triangle == -1).all()
    assert not pixels.shares.any()
    assert (pixels.depth == -torch.inf).all()
    assert interpolate(pixels, torch.zeros(1, 0, 2)).shape == (frames, 2, 3, 5)


def test_tensors_may_start_anywhere_in_memory() -> None:
    """Even where a GPU cannot read four numbers at once."""

    def shifted(tensor: Tensor) -> Tensor:
        room = tensor.new_empty(tensor.numel() + 1)
        room[1:] = tensor.flatten()
        return room[1:].view(tensor.shape)

    meshes, attributes = soup(2, 60, 20), torch.rand(1, 180, 3)
    pixels = rasterize(meshes, (8, 12))
    moved = pixels._replace(triangle=shifted(pixels.triangle), shares=shifted(pixels.shares))
    assert moved.shares.data_ptr() % 16 != 0 and moved.shares.is_contiguous()
    expected = interpolate(pixels, attributes)
    assert torch.equal(interpolate(moved, shifted(attributes)), expected)
    moved_meshes = Meshes(*map(shifted, meshes))
    assert torch.equal(rasterize(moved_meshes, (8, 12)).triangle, pixels.triangle)
