"""Blending across silhouettes that ``silhouettes`` found, with its gradients, by numba."""

import numpy as np

from visemix.plugins.rasterizer_cpu.compiled import Floats, kernel
from visemix.plugins.rasterizer_cpu.silhouettes import SLACK, Crossings, Doubles


@kernel
def blend(picture: Floats, found: Crossings, into: Floats) -> None:
    """Add to ``into`` [C, H, W] what pixels get of each other's colours in ``picture``."""
    for n in range(len(found.share)):
        r, c, row, column = found.pixels[n]
        gain = np.float32(0.5 - found.share[n])
        to_owner = found.share[n] < 0.5
        tr, tc = (r, c) if to_owner else (row, column)
        for channel in range(picture.shape[0]):
            change = gain * (picture[channel, row, column] - picture[channel, r, c])
            into[channel, tr, tc] += change


@kernel
def unblend(
    picture: Floats, found: Crossings, slopes: Floats, by_picture: Floats, by_share: Doubles
) -> None:
    """The gradients of ``blend``.

    Args:
        picture: [C, H, W], what was blended.
        found: where.
        slopes: [C, H, W], gradient by the result.
        by_picture: [C, H, W], added to.
        by_share: [N], written; 0 where the share was cut off.
    """
    for n in range(len(found.share)):
        r, c, row, column = found.pixels[n]
        gain = np.float32(0.5 - found.share[n])
        to_owner = found.share[n] < 0.5
        tr, tc = (r, c) if to_owner else (row, column)
        total = 0.0
        for channel in range(picture.shape[0]):
            slope = slopes[channel, tr, tc]
            by_picture[channel, row, column] += gain * slope
            by_picture[channel, r, c] -= gain * slope
            total -= slope * (picture[channel, row, column] - picture[channel, r, c])
        cut = found.share[n] <= -SLACK or found.share[n] >= 1 + SLACK
        by_share[n] = 0.0 if cut else total


@kernel
def shift(points: Doubles, found: Crossings, by_share: Doubles, into: Doubles) -> None:
    """Add the gradient by the homogeneous pixels [V, 4] of one frame, given that by the shares."""
    for n in range(len(found.share)):
        r, c, row, column = found.pixels[n]
        start, end = found.ends[n]
        inside, outside = edge(points, start, end, (r, c)), edge(points, start, end, (row, column))
        scale = by_share[n] / (inside - outside) ** 2
        pull(points, (start, end), (r, c), -outside * scale, into)
        pull(points, (start, end), (row, column), inside * scale, into)


@kernel
def pull(
    points: Doubles, ends: tuple[int, int], pixel: tuple[int, int], slope: float, into: Doubles
) -> None:
    """Add the gradient of ``edge``."""
    start, end = ends
    x, y = pixel[1] + 0.5, pixel[0] + 0.5
    ax, ay = points[start, 0] - x * points[start, 3], points[start, 1] - y * points[start, 3]
    bx, by = points[end, 0] - x * points[end, 3], points[end, 1] - y * points[end, 3]
    into[start, 0] += slope * by
    into[start, 1] -= slope * bx
    into[start, 3] -= slope * (x * by - y * bx)
    into[end, 0] -= slope * ay
    into[end, 1] += slope * ax
    into[end, 3] += slope * (x * ay - y * ax)


@kernel
def edge(points: Doubles, start: int, end: int, pixel: tuple[int, int]) -> float:
    """On which side of an edge the centre of a pixel is, and how far."""
    x, y = pixel[1] + 0.5, pixel[0] + 0.5
    ax, ay = points[start, 0] - x * points[start, 3], points[start, 1] - y * points[start, 3]
    bx, by = points[end, 0] - x * points[end, 3], points[end, 1] - y * points[end, 3]
    return float(ax * by - ay * bx)
