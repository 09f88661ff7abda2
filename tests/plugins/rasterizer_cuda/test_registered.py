"""What torch asks of operators: schemas, shapes without data, autograd, compilation."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from visemix.plugins.rasterizer_cuda import (
    mixing,
    painting,
    rasterizing,
    shading,
    smoothing,
    texturing,
)
from visemix.plugins.rasterizer_cuda.ops import Meshes, interpolate, rasterize
from visemix.plugins.rasterizer_cuda.painting_ops import Paint, draw
from visemix.plugins.rasterizer_cuda.picture_ops import antialias, texture

pytestmark = pytest.mark.usefixtures("host")

SIZE = [6, 5]
VERTICES = (torch.rand(2, 9, 3, generator=torch.Generator().manual_seed(0)) - 0.2) * 9
TRIANGLES = torch.arange(9, dtype=torch.int32).reshape(1, 3, 3)
MATRIX = torch.eye(4)[None]
SCENE = [VERTICES, MATRIX, TRIANGLES]
UV, PYRAMID = torch.rand(2, 2, 6, 5), torch.rand(1, 3, 12)


def found() -> tuple[Tensor, Tensor, Tensor]:
    made: tuple[Tensor, Tensor, Tensor] = rasterizing.rasterize(*SCENE, SIZE, 1e-6, False)
    return made


def following(*tensors: Tensor) -> list[Tensor]:
    return [x.detach().clone().requires_grad_() for x in tensors]


CALLS: dict[str, Callable[[], tuple[Any, tuple[Any, ...]]]] = {
    # Without gradients: opcheck adds up all outputs, and the first one is int32.
    "rasterize": lambda: (
        rasterizing.rasterize, (VERTICES, MATRIX, TRIANGLES, SIZE, 1e-6, True)),
    "interpolate": lambda: (
        mixing.interpolate,
        (found()[0], *following(found()[1], torch.rand(1, 9, 4)), SCENE, 1e-6)),
    "normals": lambda: (shading.normals, (*following(VERTICES), TRIANGLES)),
    "light_vertices": lambda: (
        shading.light_vertices, (VERTICES, TRIANGLES, torch.rand(1, 27), None)),
    "draw": lambda: (
        painting.draw,
        (*SCENE, SIZE, 1e-6, torch.rand(1, 9, 3), None, None, torch.rand(1, 9, 1), torch.float32,
         [False, False, True, True])),
    "crossings": lambda: (
        smoothing.crossings,
        (*following(VERTICES, MATRIX), TRIANGLES, [found()[0], found()[2]], 1e-6)),
    "blend": lambda: (
        smoothing.blend, (*following(torch.rand(2, 3, 6, 5), torch.rand(2, 2, 6, 5)),)),
    "texture": lambda: (texturing.texture, (*following(PYRAMID, UV), None, [3, 4, 1])),
    "texture_levels": lambda: (
        texturing.texture_levels, (found()[0], SCENE, 1e-6, torch.rand(9, 2), [4, 4])),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_operator(name: str) -> None:
    operator, arguments = CALLS[name]()
    done = torch.library.opcheck(operator, arguments)
    assert set(done.values()) == {"SUCCESS"}


def test_compiled_without_a_break_is_the_same() -> None:
    """All of a training step: drawn, textured, smoothed."""
    color = torch.rand(9, 2)

    def step(vertices: Tensor, picture: Tensor) -> Tensor:
        meshes = Meshes(vertices, TRIANGLES[0], MATRIX[0])
        pixels = rasterize(meshes, (6, 5))
        shown = texture(picture, interpolate(pixels, color))
        return antialias(shown, pixels, meshes).square().sum()

    compiled = torch.compile(step, fullgraph=True, backend="aot_eager")
    inputs = following(VERTICES, torch.rand(1, 3, 4, 4))
    expected = torch.autograd.grad(step(*inputs), inputs)
    found = torch.autograd.grad(compiled(*inputs), inputs)
    for one, other in zip(found, expected, strict=True):
        assert other.abs().max() > 0
        assert torch.allclose(one, other)


def test_fused_path_compiles_without_a_break() -> None:
    meshes = Meshes(VERTICES, TRIANGLES[0], MATRIX[0])
    paint = Paint(torch.rand(9, 3), torch.rand(9, 1))

    def fused(vertices: Tensor) -> Tensor:
        return draw(meshes._replace(vertices=vertices), (6, 5), paint).picture

    compiled = torch.compile(fused, fullgraph=True, backend="aot_eager")
    assert torch.equal(compiled(VERTICES), fused(VERTICES))
