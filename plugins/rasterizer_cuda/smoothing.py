"""Antialiasing as torch operators: finding where silhouettes cross, and blending there."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.library import custom_op

from visemix.core.drawing.memory import explains_memory
from visemix.plugins.rasterizer_cuda.backward import gather, posed
from visemix.plugins.rasterizer_cuda.gradients import by_meshes
from visemix.plugins.rasterizer_cuda.launch import NAME, Arguments, Launch, run
from visemix.plugins.rasterizer_cuda.scene import Scene
from visemix.plugins.rasterizer_cuda.topology import TOPOLOGIES

# ``seen`` below is [triangle, depth] as ``rasterize`` found them.


@custom_op("visemix_cuda::crossings", mutates_args=())
def crossings(
    vertices: Tensor, matrix: Tensor, triangles: Tensor, seen: Sequence[Tensor], near: float
) -> Tensor:
    """[T, 2, H, W], how much each pixel and the one to its right, or below it, blend.

    See kernels/silhouettes.cu for what the number means.
    """
    triangle, depth = seen
    scene = Scene.of((vertices, matrix, triangles), triangle.shape[1:], near)
    across = TOPOLOGIES.of(triangles, vertices.shape[1]).across
    with explains_memory(NAME):
        made = vertices.new_empty(scene.frames, 2, scene.height, scene.width)
        scene = posed(scene)
        rest = Arguments.of(across, _ends(scene, across), triangle, depth, made)
        arguments, frames = scene.arguments + rest, scene.frames
        launch = Launch(
            "silhouettes", "find_crossings", arguments, scene.pixels, frames, made.dtype
        )
        run([launch], vertices.device)
    return made


def _ends(scene: Scene, across: Tensor) -> Tensor:
    """[T, F] uint8, bit k says whether the surface ends at edge k."""
    frames, count = scene.frames, scene.triangle_count
    made = scene.vertices.new_empty(frames, count, dtype=torch.uint8)
    arguments = scene.arguments + Arguments.of(across, made)
    launch = Launch("silhouettes", "find_ends", arguments, count, frames, scene.vertices.dtype)
    run([launch], made.device)
    return made


@crossings.register_fake
def _(
    vertices: Tensor, matrix: Tensor, triangles: Tensor, seen: Sequence[Tensor], near: float
) -> Tensor:
    frames, height, width = seen[0].shape
    return vertices.new_empty(frames, 2, height, width)


@custom_op("visemix_cuda::crossings_backward", mutates_args=())
def crossings_backward(
    vertices: Tensor, matrix: Tensor, triangles: Tensor, seen: Sequence[Tensor], near: float
) -> Tensor:
    """Gradient [T, V, 4] by the vertices in homogeneous pixels.

    Args:
        vertices: as given to ``crossings``.
        matrix: as given to it.
        triangles: as given to it.
        seen: as given to it, and the gradient by what it made.
        near: as given to it.
    """
    triangle, depth, by_blend = seen
    scene = Scene.of((vertices, matrix, triangles), triangle.shape[1:], near)
    across = TOPOLOGIES.of(triangles, vertices.shape[1]).across
    with explains_memory(NAME):
        scene = posed(scene)
        between = (across, _ends(scene, across), triangle, depth)
        made = gather(scene, ("silhouettes", "gather_crossings"), between, (by_blend,), 4)
        return made.sum(1) if made.shape[1] > 1 else made[:, 0].clone()


@crossings_backward.register_fake
def _(
    vertices: Tensor, matrix: Tensor, triangles: Tensor, seen: Sequence[Tensor], near: float
) -> Tensor:
    return vertices.new_empty(seen[0].shape[0], vertices.shape[1], 4)


def _keep_scene(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    vertices, matrix, triangles, seen, near = inputs
    ctx.save_for_backward(vertices, matrix, triangles, *seen)
    ctx.near = near


def _by_scene(ctx: Any, by_blend: Tensor) -> tuple[Any, ...]:
    vertices, matrix, triangles, triangle, depth = ctx.saved_tensors
    seen = [triangle, depth, by_blend.contiguous()]
    by_points = crossings_backward(vertices, matrix, triangles, seen, ctx.near)
    return *by_meshes(by_points, vertices, matrix, ctx.needs_input_grad), None, [None] * 2, None


crossings.register_autograd(_by_scene, setup_context=_keep_scene)


def _blend(kernel: str, picture: Tensor, blend: Tensor, rest: tuple[Tensor, ...]) -> None:
    frames, channels, height, width = picture.shape
    arguments = Arguments.of(picture, channels, height, width, blend, *rest)
    run([Launch("blend", kernel, arguments, height * width, frames, picture.dtype)], picture.device)


@custom_op("visemix_cuda::blend", mutates_args=())
def blend(picture: Tensor, crossings: Tensor) -> Tensor:
    """The picture [T, C, H, W], blended where ``crossings`` found silhouettes."""
    with explains_memory(NAME):
        made = torch.empty_like(picture)
        _blend("blend_picture", picture, crossings, (made,))
    return made


@blend.register_fake
def _(picture: Tensor, crossings: Tensor) -> Tensor:
    return torch.empty_like(picture)


@custom_op("visemix_cuda::blend_backward", mutates_args=())
def blend_backward(picture: Tensor, crossings: Tensor, by_made: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients by the picture and by the crossings."""
    with explains_memory(NAME):
        by_picture, by_crossings = torch.empty_like(picture), torch.empty_like(crossings)
        _blend("blend_backward", picture, crossings, (by_made, by_picture, by_crossings))
    return by_picture, by_crossings


@blend_backward.register_fake
def _(picture: Tensor, crossings: Tensor, by_made: Tensor) -> tuple[Tensor, Tensor]:
    return torch.empty_like(picture), torch.empty_like(crossings)


def _keep(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
    ctx.save_for_backward(*inputs)


def _by_picture(ctx: Any, by_made: Tensor) -> tuple[Tensor, Tensor]:
    by_picture, by_blend = blend_backward(*ctx.saved_tensors, by_made.contiguous())
    return by_picture, by_blend


blend.register_autograd(_by_picture, setup_context=_keep)
