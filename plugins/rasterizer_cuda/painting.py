"""The fused path as a torch operator, with its gradient; without one if there is a texture."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.library import custom_op

from visemix.core.drawing.memory import explains_memory
from visemix.plugins.rasterizer_cuda import forward
from visemix.plugins.rasterizer_cuda.backward import gather
from visemix.plugins.rasterizer_cuda.gradients import by_meshes, reduced
from visemix.plugins.rasterizer_cuda.launch import NAME
from visemix.plugins.rasterizer_cuda.scene import Scene, frames_of
from visemix.plugins.rasterizer_cuda.topology import TOPOLOGIES

MOST_CHANNELS = 8
"""Colours and masks together that have a gradient; kernels/paint_backward.cu says the same."""


@custom_op("visemix_cuda::draw", mutates_args=())
def draw(  # noqa: PLR0913 - operators take no values that hold tensors
    vertices: Tensor,
    matrix: Tensor,
    triangles: Tensor,
    size: Sequence[int],
    near: float,
    paint: Tensor,
    texture: Tensor | None,
    uv: Tensor | None,
    masks: Tensor,
    dtype: torch.dtype,
    flags: Sequence[bool],
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """See ``painting_ops.draw``. The flags are cull, hard, clamp and keep."""
    TOPOLOGIES.of(triangles, vertices.shape[1])
    cull, hard, clamp, keep = flags
    scene = Scene.of((vertices, matrix, triangles), size, near, cull=cull)
    looks = forward.Looks(paint, uv, texture, masks, hard, clamp)
    with explains_memory(NAME):
        made = forward.draw(scene, looks, dtype, keep)
    return made[0], made[1], made[2], made[3], made[4], made[5]


@draw.register_fake
def _(  # noqa: PLR0913
    vertices: Tensor,
    matrix: Tensor,
    triangles: Tensor,
    size: Sequence[int],
    near: float,
    paint: Tensor,
    texture: Tensor | None,
    uv: Tensor | None,
    masks: Tensor,
    dtype: torch.dtype,
    flags: Sequence[bool],
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    frames = frames_of(vertices, matrix, triangles)
    kept = size if flags[3] else (0, 0)
    return (
        vertices.new_empty(frames, paint.shape[2], *size, dtype=dtype),
        vertices.new_empty(frames, masks.shape[2], *size, dtype=dtype),
        vertices.new_empty(frames, 1, *size, dtype=dtype),
        vertices.new_empty(frames, *kept, dtype=torch.int32),
        vertices.new_empty(frames, 2, *kept),
        vertices.new_empty(frames, *kept),
    )


@custom_op("visemix_cuda::draw_backward", mutates_args=())
def draw_backward(
    scene: Sequence[Tensor],
    near: float,
    looks: Sequence[Tensor],
    triangle: Tensor,
    slopes: Sequence[Tensor | None],
    flags: Sequence[bool],
) -> Tensor:
    """Gradient [T, V, 4 + C + M] by the vertices in homogeneous pixels, colours and masks.

    Args:
        scene: vertices, matrix and triangles.
        near: smallest w that was drawn.
        looks: colours and masks.
        triangle: [T, H, W], as found.
        slopes: by picture, masks, shares and depth; None where nothing depends on it.
        flags: hard and clamp.
    """
    paint, masks = looks
    by_picture, by_masks, by_shares, by_depth = slopes
    drawn = Scene.of(scene, triangle.shape[1:], near)
    channels, count = paint.shape[2], masks.shape[2]
    after = (
        triangle, paint, len(paint), channels, masks, len(masks), count, *map(int, flags),
        by_picture, by_masks, by_shares, by_depth,
    )  # fmt: skip
    with explains_memory(NAME):
        kernel = ("paint_backward", "gather_painted")
        return gather(drawn, kernel, (), after, 4 + channels + count).sum(1)


@draw_backward.register_fake
def _(
    scene: Sequence[Tensor],
    near: float,
    looks: Sequence[Tensor],
    triangle: Tensor,
    slopes: Sequence[Tensor | None],
    flags: Sequence[bool],
) -> Tensor:
    width = 4 + looks[0].shape[2] + looks[1].shape[2]
    return scene[0].new_empty(len(triangle), scene[0].shape[1], width)


def _keep(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
    vertices, matrix, triangles, _, near, paint, _, _, masks, _, flags = inputs
    ctx.mark_non_differentiable(output[2], output[3])
    ctx.set_materialize_grads(False)
    ctx.save_for_backward(vertices, matrix, triangles, paint, masks, output[3])
    ctx.near, ctx.flags = near, flags


def _slopes(ctx: Any, *by_made: Tensor | None) -> tuple[Any, ...]:
    vertices, matrix, triangles, paint, masks, triangle = ctx.saved_tensors
    given = [by_made[k] for k in (0, 1, 4, 5)]
    slopes = [None if x is None or x.numel() == 0 else x.contiguous() for x in given]
    scene, looks, channels = [vertices, matrix, triangles], [paint, masks], paint.shape[2]
    made = draw_backward(scene, ctx.near, looks, triangle, slopes, ctx.flags[1:3])
    by_points, by_paint, by_masks = made.split((4, channels, masks.shape[2]), 2)
    moved = by_meshes(by_points, vertices, matrix, ctx.needs_input_grad)
    by_paint, by_masks = reduced(by_paint, len(paint)), reduced(by_masks, len(masks))
    return *moved, None, None, None, by_paint, None, None, by_masks, None, None


draw.register_autograd(_slopes, setup_context=_keep)
