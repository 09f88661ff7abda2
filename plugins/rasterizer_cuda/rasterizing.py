"""Rasterisation as a torch operator: for autograd, torch.compile and CUDA graphs.

Operators take tensors and numbers only, so what belongs together arrives in pieces here. Users call
``ops``, which checks the arguments.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.library import custom_op

from visemix.core.drawing.memory import explains_memory
from visemix.plugins.rasterizer_cuda import backward, forward
from visemix.plugins.rasterizer_cuda.gradients import by_meshes
from visemix.plugins.rasterizer_cuda.launch import NAME
from visemix.plugins.rasterizer_cuda.scene import Scene, frames_of
from visemix.plugins.rasterizer_cuda.topology import TOPOLOGIES

Three = tuple[Tensor, Tensor, Tensor]


@custom_op("visemix_cuda::rasterize", mutates_args=())
def rasterize(
    vertices: Tensor,
    matrix: Tensor,
    triangles: Tensor,
    size: Sequence[int],
    near: float,
    cull: bool,
) -> Three:
    """See ``ops.rasterize``."""
    TOPOLOGIES.of(triangles, vertices.shape[1])
    with explains_memory(NAME):
        scene = Scene.of((vertices, matrix, triangles), size, near, cull=cull)
        return forward.rasterize(scene)


@rasterize.register_fake
def _(
    vertices: Tensor,
    matrix: Tensor,
    triangles: Tensor,
    size: Sequence[int],
    near: float,
    cull: bool,
) -> Three:
    frames = frames_of(vertices, matrix, triangles)
    triangle = vertices.new_empty(frames, *size, dtype=torch.int32)
    return triangle, vertices.new_empty(frames, 2, *size), vertices.new_empty(frames, *size)


@custom_op("visemix_cuda::rasterize_backward", mutates_args=())
def rasterize_backward(
    vertices: Tensor, matrix: Tensor, triangles: Tensor, seen: Sequence[Tensor], near: float
) -> Tensor:
    """Gradient [T, V, 4] by the vertices in homogeneous pixels.

    Args:
        vertices: as given to ``rasterize``.
        matrix: as given to it.
        triangles: as given to it.
        seen: triangles [T, H, W] that it found; gradients by its shares and by its depth.
        near: as given to it.
    """
    triangle, by_shares, by_depth = seen
    scene = Scene.of((vertices, matrix, triangles), triangle.shape[1:], near)
    with explains_memory(NAME):
        return backward.points_from_pixels(scene, triangle, by_shares, by_depth)


@rasterize_backward.register_fake
def _(
    vertices: Tensor, matrix: Tensor, triangles: Tensor, seen: Sequence[Tensor], near: float
) -> Tensor:
    return vertices.new_empty(seen[0].shape[0], vertices.shape[1], 4)


def _keep_scene(ctx: Any, inputs: tuple[Any, ...], output: Three) -> None:
    vertices, matrix, triangles, _, near, _ = inputs
    ctx.mark_non_differentiable(output[0])
    ctx.save_for_backward(vertices, matrix, triangles, output[0])
    ctx.near = near


def _by_scene(ctx: Any, _: Tensor, by_shares: Tensor, by_depth: Tensor) -> tuple[Any, ...]:
    vertices, matrix, triangles, triangle = ctx.saved_tensors
    seen = [triangle, by_shares.contiguous(), by_depth.contiguous()]
    by_points = rasterize_backward(vertices, matrix, triangles, seen, ctx.near)
    return *by_meshes(by_points, vertices, matrix, ctx.needs_input_grad), None, None, None, None


rasterize.register_autograd(_by_scene, setup_context=_keep_scene)
