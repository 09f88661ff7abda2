"""``core.drawing.antialias`` compiled with numba: the same pairs, edges and blends, much faster."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from visemix.plugins.rasterizer_cpu.compiled import Floats, Ints, kernel

Doubles = NDArray[np.float64]
Vector = tuple[float, float, float]

WALK = 8
"""As in ``core.drawing.antialias``."""

SLACK = 2.0**-10
"""As there."""


class Surface(NamedTuple):
    """One frame of a mesh, and where it is seen.

    Attributes:
        triangle: [H, W], -1 where there is none.
        depth: [H, W], larger is nearer.
        points: [V, 4], homogeneous pixels (x w, y w, depth, w).
        triangles: [F, 3].
        across: [F, 3], see ``core.drawing.antialias.neighbours``.
        near: smallest w of an edge that is smoothed.
    """

    triangle: Ints
    depth: Floats
    points: Doubles
    triangles: Ints
    across: Ints
    near: float


class Crossings(NamedTuple):
    """Silhouettes between pixels.

    Attributes:
        pixels: [N, 4], row and column of the owner, then of the other.
        ends: [N, 2], vertices of the edge.
        share: [N], how far from the owner to the other it is.
    """

    pixels: Ints
    ends: Ints
    share: Doubles


@kernel
def pairs(triangle: Ints) -> int:
    """How many neighbours of one frame show different triangles."""
    count = 0
    height, width = triangle.shape
    for row in range(height):
        for column in range(width):
            here = triangle[row, column]
            count += column + 1 < width and triangle[row, column + 1] != here
            count += row + 1 < height and triangle[row + 1, column] != here
    return count


@kernel
def find(surface: Surface, found: Crossings) -> int:
    """Write all crossings of a frame; return how many there are.

    Args:
        surface: the frame.
        found: has room for ``pairs`` of them.
    """
    height, width = surface.triangle.shape
    count = 0
    for down in range(2):
        right = 1 - down
        for row in range(height - down):
            for column in range(width - right):
                first = surface.triangle[row, column]
                second = surface.triangle[row + down, column + right]
                if first == second:
                    continue
                if surface.depth[row + down, column + right] > surface.depth[row, column]:
                    step = Step(row + down, column + right, -down, -right)
                    start, end = walk(surface, second, step)
                else:
                    step = Step(row, column, down, right)
                    start, end = walk(surface, first, step)
                if start >= 0:
                    at = (step.row, step.column)
                    to = (step.row + step.down, step.column + step.right)
                    found.pixels[count, 0], found.pixels[count, 1] = at
                    found.pixels[count, 2], found.pixels[count, 3] = to
                    found.ends[count, 0], found.ends[count, 1] = start, end
                    found.share[count] = share_of(surface.points, start, end, step)
                    count += 1
    return count


class Step(NamedTuple):
    """From the pixel of an owner to the other of its pair, along a row or a column."""

    row: int
    column: int
    down: int
    right: int


@kernel
def walk(surface: Surface, own: int, step: Step) -> tuple[int, int]:
    """The edge where the surface ends between two pixels, as two vertices; -1 where there is none.

    Args:
        surface: what is walked on.
        own: the triangle of the first pixel.
        step: to the second.
    """
    _, _, points, triangles, across, near = surface
    triangle, entry = own, -1
    for _ in range(WALK):
        a = np.uint32(triangles[triangle, 0])
        b = np.uint32(triangles[triangle, 1])
        c = np.uint32(triangles[triangle, 2])
        p = relative(points[a, 0], points[a, 1], points[a, 3], step)
        q = relative(points[b, 0], points[b, 1], points[b, 3], step)
        r = relative(points[c, 0], points[c, 1], points[c, 3], step)
        sign = side(p, q, r)
        k = leave(p, q, r, sign, entry, step)
        if k < 0:
            break
        start, end = (q, r) if k == 0 else ((r, p) if k == 1 else (p, q))
        beyond = across[triangle, k]
        if beyond >= 0:
            d = np.uint32(triangles[beyond // 3, beyond % 3])
            opposite = relative(points[d, 0], points[d, 1], points[d, 3], step)
            if sign * side(start, end, opposite) < 0:
                triangle, entry = beyond // 3, beyond % 3
                continue
        if smoothed(start, end, near, step):
            return triangles[triangle, (k + 1) % 3], triangles[triangle, (k + 2) % 3]
        break
    return -1, -1


@kernel
def relative(x: float, y: float, w: float, step: Step) -> Vector:
    """A homogeneous corner, with the centre of the step's first pixel as the origin."""
    return x - (step.column + 0.5) * w, y - (step.row + 0.5) * w, w


@kernel
def leave(p: Vector, q: Vector, r: Vector, sign: float, entry: int, step: Step) -> int:
    """The edge by which a triangle is left on the way to a pixel, -1 if the pixel lies in it."""
    # Written out: an index into a tuple would put the tuple into memory.
    first = np.inf if entry == 0 else exit_share(q, r, sign, step)
    second = np.inf if entry == 1 else exit_share(r, p, sign, step)
    third = np.inf if entry == 2 else exit_share(p, q, sign, step)
    nearest = min(first, min(second, third))
    if nearest == np.inf:
        return -1
    return 0 if first == nearest else (1 if second == nearest else 2)


@kernel
def exit_share(a: Vector, b: Vector, sign: float, step: Step) -> float:
    """How far from one pixel to the other an edge is crossed outwards; infinite if it is not."""
    inside = sign * (a[0] * b[1] - a[1] * b[0])
    ax, ay = a[0] - step.right * a[2], a[1] - step.down * a[2]
    bx, by = b[0] - step.right * b[2], b[1] - step.down * b[2]
    outside = sign * (ax * by - ay * bx)
    if outside < SLACK * max(inside, 0.0):
        return 0.0 if inside < 0 else inside / (inside - outside)
    return np.inf


@kernel
def smoothed(a: Vector, b: Vector, near: float, step: Step) -> bool:
    """Whether an edge is in front of the eye and fits the direction of the pair."""
    if not (a[2] >= near and b[2] >= near):
        return False
    across, down = abs(b[0] / b[2] - a[0] / a[2]), abs(b[1] / b[2] - a[1] / a[2])
    return down >= across if step.down == 0 else down < across


@kernel
def side(a: Vector, b: Vector, c: Vector) -> float:
    """On which side of the line from a to b the point c lies: 1, -1, 0 or NaN."""
    x, y, w = a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]
    return float(np.sign(x * c[0] + y * c[1] + w * c[2]))


@kernel
def share_of(points: Doubles, start: int, end: int, step: Step) -> float:
    """How far from one pixel to the other an edge is."""
    a = relative(points[start, 0], points[start, 1], points[start, 3], step)
    b = relative(points[end, 0], points[end, 1], points[end, 3], step)
    inside = a[0] * b[1] - a[1] * b[0]
    ax, ay = a[0] - step.right * a[2], a[1] - step.down * a[2]
    bx, by = b[0] - step.right * b[2], b[1] - step.down * b[2]
    return float(min(max(inside / (inside - (ax * by - ay * bx)), -SLACK), 1 + SLACK))
