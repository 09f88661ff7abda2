"""Drawing with the numba kernels, differentiable where anything that is drawn asks for it."""

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh, check_attributes
from visemix.plugins.rasterizer_cpu import batch
from visemix.plugins.rasterizer_cpu.backward import Backward, by_vertices


def draw(
    mesh: Mesh, attributes: Tensor, masks: Tensor, *, threads: int = 1, keep: bool = True
) -> Fragments:
    """``batch.draw``, with gradients by vertices, matrix, attributes and masks.

    The triangle that a pixel shows is held fixed: shares, depth, values and masks have gradients,
    triangle and coverage have none. Where nothing requires a gradient, nothing is recorded.

    Args:
        mesh: as for ``batch.draw``, of any floating dtype; it is drawn in float32.
        attributes: [1 or T, V, C].
        masks: [1 or T, V, M].
        threads: at most so many at once; another number may round the gradients otherwise.
        keep: see ``batch.draw``; with gradients everything is kept.
    """
    inputs = (mesh.vertices, mesh.matrix, attributes, masks)
    if not (torch.is_grad_enabled() and any(x.requires_grad for x in inputs)):
        return batch.draw(mesh, attributes, masks, threads=threads, keep=keep)
    check_attributes(mesh, attributes)
    check_attributes(mesh, masks)
    frames = 1 if len(attributes) == len(masks) == 1 else len(mesh.vertices)
    count = attributes.shape[-1]
    looks = torch.cat([x.to(torch.float32).expand(frames, -1, -1) for x in (attributes, masks)], -1)
    apply = cast(Callable[..., tuple[Tensor, ...]], _Drawn.apply)
    shares, depth, values, triangle, coverage = apply(mesh.homogeneous(), looks, mesh, threads)
    return Fragments(triangle, shares, depth, values[:, :count], values[:, count:], coverage)


def normals(vertices: Tensor, triangles: Tensor, *, threads: int = 1) -> Tensor:
    """``batch.normals``, with gradients by the vertices."""
    if torch.is_grad_enabled() and vertices.requires_grad:
        return cast(Callable[..., Tensor], _Normals.apply)(vertices, triangles, threads)
    return batch.normals(vertices, triangles, threads=threads)


class _Drawn(Function):
    """(homogeneous pixels, attributes, mesh, threads) -> what ``batch.draw`` makes of them."""

    @staticmethod
    def forward(
        ctx: Any, points: Tensor, attributes: Tensor, mesh: Mesh, threads: int
    ) -> tuple[Tensor, ...]:
        made = batch.draw(mesh, attributes, threads=threads)
        ctx.triangles, ctx.threads = mesh.triangles, threads
        ctx.save_for_backward(points, attributes, made.triangle, made.shares)
        ctx.mark_non_differentiable(made.triangle, made.coverage)
        ctx.set_materialize_grads(False)
        return made.shares, made.depth, made.values, made.triangle, made.coverage

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]  # the decorator renames
        ctx: Any, *slopes: Tensor | None
    ) -> tuple[Tensor | None, ...]:
        points, attributes, triangle, shares = ctx.saved_tensors
        job = Backward.of((points, attributes, ctx.triangles), (triangle, shares), slopes[:3])
        moved, looked = ctx.needs_input_grad[:2]
        looked = looked and slopes[2] is not None
        return (
            job.by_points(ctx.threads).to(points) if moved else None,
            job.by_attributes(ctx.threads).to(attributes) if looked else None,
            None,
            None,
        )


class _Normals(Function):
    """(vertices, triangles, threads) -> unit normals."""

    @staticmethod
    def forward(ctx: Any, vertices: Tensor, triangles: Tensor, threads: int) -> Tensor:
        ctx.save_for_backward(vertices, triangles)
        ctx.threads = threads
        return batch.normals(vertices, triangles, threads=threads)

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]  # the decorator renames
        ctx: Any, *slopes: Tensor
    ) -> tuple[Tensor, None, None]:
        vertices, triangles = ctx.saved_tensors
        found = by_vertices(vertices, triangles, slopes[0], ctx.threads)
        return found.to(vertices), None, None
