"""Texture lookup as a torch operator."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.library import custom_op

from visemix.core.drawing.memory import explains_memory
from visemix.plugins.rasterizer_cuda.launch import NAME, Argument, Arguments, Launch, run
from visemix.plugins.rasterizer_cuda.scene import Scene

FIXED_BITS = 62
"""Of a sum of whole numbers that cannot overflow."""

# ``pyramid`` below is [1 or T, C, texels], all levels one after the other, ``size`` the height and
# the width of the first level and the number of levels, ``wanted`` [T, H, W] levels or None.


def _look_up(
    kernel: str,
    pyramid: Tensor,
    size: Sequence[int],
    at: tuple[Tensor, Tensor | None],
    rest: tuple[Argument, ...],
) -> None:
    uv, wanted = at
    pixels = uv.shape[2] * uv.shape[3]
    arguments = Arguments.of(
        pyramid, len(pyramid), pyramid.shape[1], pyramid.shape[2], *size, uv, wanted, pixels, *rest,
    )  # fmt: skip
    run([Launch("texture", kernel, arguments, pixels, len(uv), uv.dtype)], uv.device)


@custom_op("visemix_cuda::texture", mutates_args=())
def texture(pyramid: Tensor, uv: Tensor, wanted: Tensor | None, size: Sequence[int]) -> Tensor:
    """See ``picture_ops.texture``."""
    with explains_memory(NAME):
        made = uv.new_empty(len(uv), pyramid.shape[1], *uv.shape[2:])
        _look_up("look_up", pyramid, size, (uv, wanted), (made,))
    return made


@texture.register_fake
def _(pyramid: Tensor, uv: Tensor, wanted: Tensor | None, size: Sequence[int]) -> Tensor:
    return uv.new_empty(len(uv), pyramid.shape[1], *uv.shape[2:])


@custom_op("visemix_cuda::texture_by_uv", mutates_args=())
def texture_by_uv(
    pyramid: Tensor, uv: Tensor, wanted: Tensor | None, size: Sequence[int], by_made: Tensor
) -> Tensor:
    """Gradient [T, 2, H, W] by the texture coordinates."""
    with explains_memory(NAME):
        made = torch.empty_like(uv)
        _look_up("look_up_by_uv", pyramid, size, (uv, wanted), (by_made, made))
    return made


@texture_by_uv.register_fake
def _(
    pyramid: Tensor, uv: Tensor, wanted: Tensor | None, size: Sequence[int], by_made: Tensor
) -> Tensor:
    return torch.empty_like(uv)


@custom_op("visemix_cuda::texture_by_texels", mutates_args=())
def texture_by_texels(
    pyramid: Tensor, uv: Tensor, wanted: Tensor | None, size: Sequence[int], by_made: Tensor
) -> Tensor:
    """Gradient by the pyramid, summed in whole numbers so that it is the same every time.

    A slope that is not finite makes all of it NaN.
    """
    if by_made.numel() == 0:
        return torch.zeros_like(pyramid)
    with explains_memory(NAME):
        fixed = torch.zeros_like(pyramid, dtype=torch.int64)
        # The shares of a pixel's texels add up to one, so no sum exceeds pixels times the steepest.
        bits = FIXED_BITS - math.ceil(math.log2(by_made.numel() // by_made.shape[1] + 1))
        steepest = by_made.abs().amax().double().clamp_min(1e-200)
        scale = 2.0**bits / steepest
        _look_up("look_up_by_texture", pyramid, size, (uv, wanted), (by_made, scale, fixed))
        return (fixed / scale).to(pyramid.dtype)


@texture_by_texels.register_fake
def _(
    pyramid: Tensor, uv: Tensor, wanted: Tensor | None, size: Sequence[int], by_made: Tensor
) -> Tensor:
    return torch.empty_like(pyramid)


def _keep(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    pyramid, uv, wanted, size = inputs
    ctx.save_for_backward(pyramid, uv, wanted)
    ctx.size = size


def _slopes(ctx: Any, by_made: Tensor) -> tuple[Any, ...]:
    pyramid, uv, wanted = ctx.saved_tensors
    by_made, by_pyramid, by_uv = by_made.contiguous(), None, None
    if ctx.needs_input_grad[0]:
        by_pyramid = texture_by_texels(pyramid, uv, wanted, ctx.size, by_made)
    if ctx.needs_input_grad[1]:
        by_uv = texture_by_uv(pyramid, uv, wanted, ctx.size, by_made)
    return by_pyramid, by_uv, None, None


texture.register_autograd(_slopes, setup_context=_keep)


@custom_op("visemix_cuda::texture_levels", mutates_args=())
def texture_levels(
    triangle: Tensor, scene: Sequence[Tensor], near: float, uv: Tensor, size: Sequence[int]
) -> Tensor:
    """See ``picture_ops.mip_level``; ``scene`` is [vertices, matrix, triangles]."""
    frames, height, width = triangle.shape
    whole = Scene.of(scene, (height, width), near)
    with explains_memory(NAME):
        made = scene[0].new_empty(frames, height, width)
        arguments = whole.arguments + Arguments.of(triangle, uv, *size, made)
        launch = Launch("texture", "find_levels", arguments, height * width, frames, made.dtype)
        run([launch], triangle.device)
    return made


@texture_levels.register_fake
def _(
    triangle: Tensor, scene: Sequence[Tensor], near: float, uv: Tensor, size: Sequence[int]
) -> Tensor:
    return scene[0].new_empty(*triangle.shape)
