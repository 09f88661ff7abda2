"""The kernels where they belong. Skipped without a GPU."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from visemix.core.drawing.mesh import Mesh
from visemix.core.testing.rasterizer_gradients import INPUTS, check_gradients
from visemix.core.testing.rasterizer_pictures import MakeRasterizer
from visemix.core.testing.rasterizers import RASTERIZER_CHECKS
from visemix.core.testing.scenes import random_numbers
from visemix.plugins.rasterizer_cpu import batch
from visemix.plugins.rasterizer_cuda.ops import Meshes, interpolate, rasterize
from visemix.plugins.rasterizer_cuda.painting_ops import How, Paint, draw
from visemix.plugins.rasterizer_cuda.picture_ops import antialias, texture
from visemix.plugins.rasterizer_cuda.renderer import RasterizerCuda

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"),
]

SIZE = (96, 130)


def soup(triangles: int, size_px: float) -> Meshes:
    """Triangles of about one size, on the CPU."""
    centres, around = (
        random_numbers((3, triangles, 1, 3), 0),
        random_numbers((3, triangles, 3, 3), 1),
    )
    vertices = (centres * 1.4 - 0.2) * torch.tensor([130.0, 96.0, 20.0]) + around * size_px
    index = torch.arange(3 * triangles, dtype=torch.int32).reshape(-1, 3)
    return Meshes(vertices.reshape(3, -1, 3), index, torch.eye(4))


def on_gpu(meshes: Meshes) -> Meshes:
    return Meshes(*(tensor.cuda() for tensor in meshes))


@pytest.mark.parametrize("check", RASTERIZER_CHECKS, ids=lambda check: check.__name__)
def test_rasterizer(check: Callable[[MakeRasterizer], None]) -> None:
    check(RasterizerCuda)


@pytest.mark.parametrize("name", INPUTS)
def test_gradients(name: str) -> None:
    check_gradients(RasterizerCuda, [name])


@pytest.mark.parametrize("size_px", [2, 12, 90])
def test_same_bits_as_numba(size_px: float) -> None:
    meshes, attributes = soup(2000, size_px), random_numbers((1, 6000, 3), 2)
    expected = batch.draw(Mesh(*meshes, *SIZE), attributes)
    found = rasterize(on_gpu(meshes), SIZE)
    assert torch.equal(found.triangle.cpu(), expected.triangle)
    assert torch.equal(found.shares.cpu(), expected.shares)
    assert torch.equal(found.depth.cpu(), expected.depth)
    assert torch.equal(interpolate(found, attributes.cuda()).cpu(), expected.values)


def step(vertices: Tensor, picture: Tensor, meshes: Meshes) -> tuple[Tensor, ...]:
    """Gradients of a training step."""
    moving = meshes._replace(vertices=vertices)
    pixels = rasterize(moving, SIZE)
    uv = interpolate(pixels, vertices.detach()[:1, :, :2].contiguous() / 130)
    made = antialias(texture(picture, uv), pixels, moving).square().sum()
    return torch.autograd.grad(made, (vertices, picture))


def inputs(meshes: Meshes) -> tuple[Tensor, Tensor]:
    picture = random_numbers((1, 3, 16, 16), 3).cuda().requires_grad_()
    return meshes.vertices.clone().requires_grad_(), picture


def test_gradients_have_the_same_bits_every_time() -> None:
    meshes = on_gpu(soup(2000, 12))
    first = step(*inputs(meshes), meshes)
    for _ in range(5):
        for one, other in zip(step(*inputs(meshes), meshes), first, strict=True):
            assert torch.equal(one, other)


def test_recorded_as_a_graph() -> None:
    meshes, paint = on_gpu(soup(2000, 12)), Paint(random_numbers((1, 6000, 3), 2).cuda())
    vertices = meshes.vertices.clone()
    moving = meshes._replace(vertices=vertices)
    draw(moving, SIZE, paint)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        made = draw(moving, SIZE, paint, How(dtype=torch.uint8)).picture
    for shift in (0.0, 3.5, -8.25):
        vertices.copy_(meshes.vertices + shift)
        graph.replay()
        expected = draw(moving, SIZE, paint, How(dtype=torch.uint8)).picture
        assert torch.equal(made, expected)


def test_compiled() -> None:
    meshes = on_gpu(soup(300, 12))
    paint = Paint(random_numbers((1, 900, 3), 2).cuda())

    def picture(vertices: Tensor) -> Tensor:
        return draw(meshes._replace(vertices=vertices), SIZE, paint).picture * 2

    compiled = torch.compile(picture, fullgraph=True)
    assert torch.allclose(compiled(meshes.vertices), picture(meshes.vertices))


def test_other_streams() -> None:
    meshes = on_gpu(soup(2000, 12))
    expected = rasterize(meshes, SIZE).triangle
    stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]  # torch's is untyped
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        found = rasterize(meshes, SIZE).triangle
    stream.synchronize()
    assert torch.equal(found, expected)
