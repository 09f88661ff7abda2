"""Interpolation as a torch operator."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.library import custom_op

from visemix.core.drawing.memory import explains_memory
from visemix.plugins.rasterizer_cuda import backward
from visemix.plugins.rasterizer_cuda.launch import NAME
from visemix.plugins.rasterizer_cuda.scene import Scene
from visemix.plugins.rasterizer_cuda.topology import TOPOLOGIES

# ``scene`` below is [vertices, matrix, triangles] as drawn, ``seen`` [triangle, shares] as found.


@custom_op("visemix_cuda::interpolate", mutates_args=())
def interpolate(
    triangle: Tensor, shares: Tensor, attributes: Tensor, scene: Sequence[Tensor], near: float
) -> Tensor:
    """See ``ops.interpolate``."""
    TOPOLOGIES.of(scene[2], attributes.shape[1])
    with explains_memory(NAME):
        return backward.mix((scene[2], triangle, shares), attributes)


@interpolate.register_fake
def _(
    triangle: Tensor, shares: Tensor, attributes: Tensor, scene: Sequence[Tensor], near: float
) -> Tensor:
    return shares.new_empty(len(triangle), attributes.shape[2], *triangle.shape[1:])


@custom_op("visemix_cuda::shares_from_values", mutates_args=())
def shares_from_values(
    seen: Sequence[Tensor], triangles: Tensor, attributes: Tensor, by_values: Tensor
) -> Tensor:
    """Gradient [T, 2, H, W] by the shares, given that by what ``interpolate`` made."""
    triangle, shares = seen
    with explains_memory(NAME):
        return backward.shares_from_values((triangles, triangle, shares), attributes, by_values)


@shares_from_values.register_fake
def _(seen: Sequence[Tensor], triangles: Tensor, attributes: Tensor, by_values: Tensor) -> Tensor:
    return torch.empty_like(seen[1])


@custom_op("visemix_cuda::attributes_from_values", mutates_args=())
def attributes_from_values(
    seen: Sequence[Tensor], scene: Sequence[Tensor], near: float, by_values: Tensor, frames: int
) -> Tensor:
    """Gradient [frames, V, C] by the attributes, given that by what ``interpolate`` made."""
    triangle, shares = seen
    whole = Scene.of(scene, triangle.shape[1:], near)
    with explains_memory(NAME):
        return backward.attributes_from_pixels(whole, triangle, shares, by_values, frames)


@attributes_from_values.register_fake
def _(
    seen: Sequence[Tensor], scene: Sequence[Tensor], near: float, by_values: Tensor, frames: int
) -> Tensor:
    return by_values.new_empty(frames, scene[0].shape[1], by_values.shape[1])


def _keep(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    triangle, shares, attributes, scene, near = inputs
    ctx.save_for_backward(triangle, shares, attributes, *scene)
    ctx.near = near


def _slopes(ctx: Any, by_values: Tensor) -> tuple[Any, ...]:
    triangle, shares, attributes, *scene = ctx.saved_tensors
    seen, by_values = [triangle, shares], by_values.contiguous()
    by_shares, by_attributes = None, None
    if ctx.needs_input_grad[1]:
        by_shares = shares_from_values(seen, scene[2], attributes, by_values)
    if ctx.needs_input_grad[2]:
        frames = len(attributes)
        by_attributes = attributes_from_values(seen, scene, ctx.near, by_values, frames)
    return None, by_shares, by_attributes, [None] * 3, None


interpolate.register_autograd(_slopes, setup_context=_keep)
