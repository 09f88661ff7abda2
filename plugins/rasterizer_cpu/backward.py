"""The backward kernels over a batch of frames, on several threads."""

from collections.abc import Callable, Sequence
from functools import partial

import attrs
import numpy as np
import torch
from torch import Tensor

from visemix.plugins.rasterizer_cpu.bands import Band, bands_of, each_frame, run
from visemix.plugins.rasterizer_cpu.compiled import Floats, Ints
from visemix.plugins.rasterizer_cpu.gradients import Doubles, Shown, Slopes, move, spread, turn

Job = Callable[[int, Band, Doubles], None]
"""Adds the gradient of some rows of one frame."""


@attrs.frozen(eq=False)
class Backward:
    """One call of ``batch.draw`` and the slopes of a loss by its results.

    Attributes:
        points: [T, V, 4] float64, homogeneous pixels.
        attributes: [1 or T, V, C] float32.
        triangles: [F, 3] int32.
        triangle: [T, H, W] int32, as drawn.
        shares: [T, 2, H, W] float32, as drawn.
        slopes: by shares [T, 2, H, W], depth [T, H, W] and values [T, C, H, W]; one that is not
            known has 0 rows.
    """

    points: Doubles
    attributes: Floats
    triangles: Ints
    triangle: Ints
    shares: Floats
    slopes: tuple[Floats, Floats, Floats]

    @staticmethod
    def of(
        drawn: tuple[Tensor, Tensor, Tensor],
        made: tuple[Tensor, Tensor],
        slopes: Sequence[Tensor | None],
    ) -> "Backward":
        """Of torch tensors.

        Args:
            drawn: points, attributes and triangles.
            made: triangle and shares.
            slopes: by shares, depth and values; None where there is none.
        """
        points, attributes, triangles = (x.detach() for x in drawn)
        frames = len(points)
        unknown = (torch.empty(frames, 2, 0, 0), torch.empty(frames, 0, 0))
        by_shares, by_depth = (
            _floats(empty if slope is None else slope)
            for slope, empty in zip(slopes[:2], unknown, strict=True)
        )
        if slopes[2] is None:  # no channel, no slope
            attributes = attributes[..., :0]
        by_values = torch.empty(frames, 0, 0, 0) if slopes[2] is None else slopes[2]
        return Backward(
            points=points.to(torch.float64).contiguous().numpy(),
            attributes=_floats(attributes),
            triangles=triangles.contiguous().numpy(),
            triangle=made[0].numpy(),
            shares=made[1].numpy(),
            slopes=(by_shares, by_depth, _floats(by_values)),
        )

    def by_points(self, threads: int) -> Tensor:
        """[T, V, 4] float64, the gradient by the homogeneous pixels."""
        return self._sum(self._move, self.points.shape, threads)

    def by_attributes(self, threads: int) -> Tensor:
        """[1 or T, V, C] float64, the gradient by the attributes."""
        return self._sum(self._spread, self.attributes.shape, threads)

    def _sum(self, job: Job, shape: tuple[int, ...], threads: int) -> Tensor:
        """Each thread adds to its own numbers, so that their sum does not depend on its luck."""
        frames, height, width = self.triangle.shape
        share = bands_of((frames, height, width), len(self.triangles), threads)
        tops = sorted({band.top for band in share})
        count = len(share) if shape[0] < frames else len(tops)
        total = np.zeros((count, *shape))

        def work(number: int, band: Band) -> None:
            into = total[number if shape[0] < frames else tops.index(band.top)]
            for t in range(band.start, band.stop):
                job(t, band, into[t % shape[0]])

        run([partial(work, number, band) for number, band in enumerate(share)])
        return torch.from_numpy(total[0] if count == 1 else total.sum(0))

    def _move(self, frame: int, band: Band, into: Doubles) -> None:
        looks = (self.points[frame], self.attributes[frame % len(self.attributes)])
        move(self._shown(frame, band), self._slopes(frame), self.triangles, looks, into)

    def _spread(self, frame: int, band: Band, into: Doubles) -> None:
        if into.shape[1]:
            spread(self._shown(frame, band), self.slopes[2][frame], self.triangles, into)

    def _shown(self, frame: int, band: Band) -> Shown:
        return Shown(self.triangle[frame], self.shares[frame], band.top, band.bottom)

    def _slopes(self, frame: int) -> Slopes:
        by_shares, by_depth, by_values = self.slopes
        return Slopes(by_values[frame], by_shares[frame], by_depth[frame])


def by_vertices(vertices: Tensor, triangles: Tensor, slopes: Tensor, threads: int = 1) -> Tensor:
    """[T, V, 3] float64, the gradient by the vertices.

    Args:
        vertices: [T, V, 3].
        triangles: [F, 3] int32.
        slopes: [T, V, 3], gradient by ``batch.normals(vertices, triangles)``.
        threads: at most so many at once, some frames each.
    """
    found = torch.zeros(vertices.shape, dtype=torch.float64)
    corners = triangles.contiguous().numpy()
    points, by_normals, into = _floats(vertices), _floats(slopes), found.numpy()

    def work(frame: int) -> None:
        turn(points[frame], corners, by_normals[frame], into[frame])

    each_frame(work, (len(points), len(corners)), threads)
    return found


def _floats(tensor: Tensor) -> Floats:
    return tensor.detach().to(torch.float32).contiguous().numpy()
