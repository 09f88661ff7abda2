"""Blended silhouettes of a batch of frames: the kernels on several threads, differentiable."""

from collections.abc import Callable
from typing import Any, cast

import attrs
import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh
from visemix.plugins.rasterizer_cpu.bands import each_frame
from visemix.plugins.rasterizer_cpu.blending import blend, shift, unblend
from visemix.plugins.rasterizer_cpu.gradients import Doubles
from visemix.plugins.rasterizer_cpu.silhouettes import Crossings, Surface, find, pairs


def smooth(
    pictures: Tensor, fragments: Fragments, mesh: Mesh, across: Tensor, *, threads: int = 1
) -> Tensor:
    """``core.drawing.antialias``, as fast as drawing.

    Args:
        pictures: [T, C, H, W]; blended in float32.
        fragments: where the triangles are seen.
        mesh: what was drawn.
        across: [F, 3] int32, ``neighbours(mesh.triangles)``.
        threads: at most so many at once, one frame each.

    Returns:
        [T, C, H, W] float32; differentiable by the pictures, the vertices and the matrix.
    """
    points = mesh.homogeneous()
    job = _Job.of(points, fragments, mesh, across, threads)
    if torch.is_grad_enabled() and (pictures.requires_grad or points.requires_grad):
        return cast(Callable[..., Tensor], _Smoothed.apply)(pictures, points, job)
    return job.blended(pictures.to(torch.float32).contiguous())


@attrs.frozen(eq=False)
class _Job:
    """One call: where silhouettes cross in every frame.

    Attributes:
        points: [T, V, 4] float64, homogeneous pixels.
        crossings: of each frame.
        threads: at most so many at once.
    """

    points: Doubles
    crossings: list[Crossings]
    threads: int

    @staticmethod
    def of(
        points: Tensor, fragments: Fragments, mesh: Mesh, across: Tensor, threads: int
    ) -> "_Job":
        corners = points.detach().to(torch.float64).contiguous().numpy()
        frames = range(len(corners))
        surfaces = [
            Surface(
                triangle=fragments.triangle[t].contiguous().numpy(),
                depth=fragments.depth[t].detach().to(torch.float32).contiguous().numpy(),
                points=corners[t],
                triangles=mesh.triangles.contiguous().numpy(),
                across=across.contiguous().numpy(),
                near=mesh.near,
            )
            for t in frames
        ]
        found: list[Crossings] = [_room(0)] * len(corners)

        def work(frame: int) -> None:
            room = _room(pairs(surfaces[frame].triangle))
            count = find(surfaces[frame], room)
            pixels, ends, share = room
            found[frame] = Crossings(
                pixels[:count].copy(), ends[:count].copy(), share[:count].copy()
            )

        each_frame(work, (len(found), mesh.height * mesh.width), threads)
        return _Job(corners, found, threads)

    def blended(self, pictures: Tensor) -> Tensor:
        """[T, C, H, W] float32 of pictures [T, C, H, W] float32."""
        made = pictures.clone()

        def work(frame: int) -> None:
            blend(pictures[frame].numpy(), self.crossings[frame], made[frame].numpy())

        each_frame(work, (len(made), made[:1].numel()), self.threads)
        return made

    def gradients(self, pictures: Tensor, slopes: Tensor) -> tuple[Tensor, Tensor]:
        """By the pictures [T, C, H, W] and by the homogeneous pixels [T, V, 4]."""
        by_pictures = slopes.clone()
        by_points = torch.zeros(self.points.shape, dtype=torch.float64)

        def work(frame: int) -> None:
            found = self.crossings[frame]
            by_share = np.empty(len(found.share))
            picture, slope = pictures[frame].numpy(), slopes[frame].numpy()
            unblend(picture, found, slope, by_pictures[frame].numpy(), by_share)
            shift(self.points[frame], found, by_share, by_points[frame].numpy())

        each_frame(work, (len(slopes), slopes[:1].numel()), self.threads)
        return by_pictures, by_points


class _Smoothed(Function):
    """(pictures, homogeneous pixels, job) -> blended pictures."""

    @staticmethod
    def forward(ctx: Any, pictures: Tensor, points: Tensor, job: _Job) -> Tensor:
        plain = pictures.detach().to(torch.float32).contiguous()
        ctx.job = job
        ctx.dtypes = pictures.dtype, points.dtype
        ctx.save_for_backward(plain)
        return job.blended(plain)

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]  # the decorator renames
        ctx: Any, *slopes: Tensor
    ) -> tuple[Tensor, Tensor, None]:
        (plain,) = ctx.saved_tensors
        by_pictures, by_points = ctx.job.gradients(plain, slopes[0].to(torch.float32).contiguous())
        return by_pictures.to(ctx.dtypes[0]), by_points.to(ctx.dtypes[1]), None


def _room(count: int) -> Crossings:
    return Crossings(
        np.empty((count, 4), np.int32), np.empty((count, 2), np.int32), np.empty(count)
    )
