"""Vertex normals and light on vertices as torch operators."""

from typing import Any

import torch
from torch import Tensor
from torch.library import custom_op

from visemix.core.drawing import light as sh
from visemix.core.drawing.memory import explains_memory
from visemix.plugins.rasterizer_cuda.launch import NAME, Argument, Arguments, Launch, run
from visemix.plugins.rasterizer_cuda.topology import TOPOLOGIES


def _per_vertex(
    vertices: Tensor, triangles: Tensor, kernel: str, inputs: tuple[Argument, ...], width: int
) -> Tensor:
    """What a kernel of normals.cu makes of every vertex, [T, V, width]."""
    frames, count = vertices.shape[:2]
    ring = TOPOLOGIES.of(triangles, count).ring
    made = vertices.new_empty(frames, count, width)
    arguments = Arguments.of(
        vertices, count, vertices.shape[2], triangles, len(triangles), triangles.shape[1],
        ring.start, ring.corners, *inputs, made,
    )  # fmt: skip
    with explains_memory(NAME):
        launch = Launch("normals", kernel, arguments, count, frames, vertices.dtype)
        run([launch], vertices.device)
    return made


@custom_op("visemix_cuda::normals", mutates_args=())
def normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """See ``ops.normals``."""
    return _per_vertex(vertices, triangles, "vertex_normals", (), 3)


@normals.register_fake
def _(vertices: Tensor, triangles: Tensor) -> Tensor:
    return vertices.new_empty(*vertices.shape[:2], 3)


@custom_op("visemix_cuda::normals_backward", mutates_args=())
def normals_backward(vertices: Tensor, triangles: Tensor, by_normals: Tensor) -> Tensor:
    """Gradient [T, V, 3 or 4] by the vertices, given that by their unit normals."""
    by_sums = _per_vertex(vertices, triangles, "normal_sums_backward", (by_normals,), 3)
    width = vertices.shape[2]
    return _per_vertex(vertices, triangles, "vertices_of_normals", (by_sums,), width)


@normals_backward.register_fake
def _(vertices: Tensor, triangles: Tensor, by_normals: Tensor) -> Tensor:
    return torch.empty_like(vertices)


def _keep(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
    ctx.save_for_backward(*inputs)


def _turn(ctx: Any, by_normals: Tensor) -> tuple[Tensor, None]:
    return normals_backward(*ctx.saved_tensors, by_normals.contiguous()), None


normals.register_autograd(_turn, setup_context=_keep)


@custom_op("visemix_cuda::light_vertices", mutates_args=())
def light_vertices(
    vertices: Tensor, triangles: Tensor, light: Tensor, colors: Tensor | None
) -> Tensor:
    """See ``ops.light_vertices``; without gradients."""
    inputs = (
        colors, 1 if colors is None else len(colors), light, len(light),
        sh.DEGREE_0, sh.DEGREE_1, sh.DEGREE_2, sh.AMBIENT,
    )  # fmt: skip
    return _per_vertex(vertices, triangles, "light_vertices", inputs, 3)


@light_vertices.register_fake
def _(vertices: Tensor, triangles: Tensor, light: Tensor, colors: Tensor | None) -> Tensor:
    return vertices.new_empty(*vertices.shape[:2], 3)
