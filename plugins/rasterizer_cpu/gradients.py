"""Backward of rasterisation, interpolation and normals, compiled with numba.

Which triangle a pixel shows is held fixed; what it shows there moves with the triangle. Everything
is computed in float64: the determinants of small triangles cancel.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from visemix.plugins.rasterizer_cpu.compiled import Ints, kernel

Doubles = NDArray[np.float64]
Numbers = NDArray[np.floating]
Vector = tuple[float, float, float]


class Shown(NamedTuple):
    """One frame as it was drawn, and which of its rows are meant.

    Attributes:
        triangle: [H, W], index of the triangle seen, -1 where there is none.
        shares: [2, H, W], the shares of its corners 0 and 1.
        top, bottom: first row, and the row after the last.
    """

    triangle: Ints
    shares: Numbers
    top: int
    bottom: int


class Slopes(NamedTuple):
    """Gradients of the loss by what was drawn; those that are not known have no elements.

    Attributes:
        values: [C, H, W], by the mixed attributes.
        shares: [2, H, W], by the shares.
        depth: [H, W], by the depth.
    """

    values: Numbers
    shares: Numbers
    depth: Numbers


class Corners(NamedTuple):
    """Homogeneous corners of a triangle, relative to a pixel."""

    x0: float
    y0: float
    x1: float
    y1: float
    x2: float
    y2: float


@kernel
def spread(shown: Shown, slopes: Numbers, triangles: Ints, into: Doubles) -> None:
    """Add the gradient by the vertex attributes of one frame.

    Args:
        shown: the frame.
        slopes: [C, H, W], gradient by the mixed attributes.
        triangles: [F, 3].
        into: [V, C].
    """
    for row in range(np.uint64(shown.top), np.uint64(shown.bottom)):
        for column in range(np.uint64(shown.triangle.shape[1])):
            if shown.triangle[row, column] >= 0:
                index = np.uint32(shown.triangle[row, column])
                a = np.uint32(triangles[index, 0])
                b = np.uint32(triangles[index, 1])
                c = np.uint32(triangles[index, 2])
                s0, s1 = float(shown.shares[0, row, column]), float(shown.shares[1, row, column])
                s2 = 1.0 - s0 - s1
                for channel in range(np.uint64(into.shape[1])):
                    slope = float(slopes[channel, row, column])
                    into[a, channel] += s0 * slope
                    into[b, channel] += s1 * slope
                    into[c, channel] += s2 * slope


@kernel
def move(
    shown: Shown, slopes: Slopes, triangles: Ints, looks: tuple[Numbers, Numbers], into: Doubles
) -> None:
    """Add the gradient by the homogeneous pixels of one frame.

    With corners moved so that the pixel is the origin, q = (X - x W, Y - y W), the edge functions
    are e0 = q1 x q2, e1 = q2 x q0, e2 = q0 x q1 and the share of corner k is e_k / (e0 + e1 + e2)
    (Olano and Greer 1997, equation 10).

    Args:
        shown: the frame; its shares are not used, being those of snapped vertices.
        slopes: of the frame.
        triangles: [F, 3].
        looks: homogeneous pixels [V, 4] (x w, y w, depth, w) and attributes [V, C].
        into: [V, 4].
    """
    points, attributes = looks
    for row in range(np.uint64(shown.top), np.uint64(shown.bottom)):
        for column in range(np.uint64(shown.triangle.shape[1])):
            if shown.triangle[row, column] < 0:
                continue
            index = np.uint32(shown.triangle[row, column])
            a = np.uint32(triangles[index, 0])
            b = np.uint32(triangles[index, 1])
            c = np.uint32(triangles[index, 2])
            x, y = float(column) + 0.5, float(row) + 0.5
            corners = Corners(
                points[a, 0] - x * points[a, 3], points[a, 1] - y * points[a, 3],
                points[b, 0] - x * points[b, 3], points[b, 1] - y * points[b, 3],
                points[c, 0] - x * points[c, 3], points[c, 1] - y * points[c, 3],
            )  # fmt: skip
            s0, s1, s2, total = shares(corners)
            if total == 0:  # it has an area only since its corners were snapped
                continue
            g0 = g1 = g2 = 0.0
            for channel in range(np.uint64(attributes.shape[1])):
                slope = float(slopes.values[channel, row, column])
                g0 += slope * attributes[a, channel]
                g1 += slope * attributes[b, channel]
                g2 += slope * attributes[c, channel]
            if slopes.shares.size:
                g0 += slopes.shares[0, row, column]
                g1 += slopes.shares[1, row, column]
            if slopes.depth.size:
                slope = float(slopes.depth[row, column])
                g0 += slope * points[a, 2]
                g1 += slope * points[b, 2]
                g2 += slope * points[c, 2]
                into[a, 2] += slope * s0
                into[b, 2] += slope * s1
                into[c, 2] += slope * s2
            mean = s0 * g0 + s1 * g1 + s2 * g2
            pull = pulls(corners, (g0 - mean) / total, (g1 - mean) / total, (g2 - mean) / total)
            add(into, a, pull.x0, pull.y0, x * pull.x0 + y * pull.y0)
            add(into, b, pull.x1, pull.y1, x * pull.x1 + y * pull.y1)
            add(into, c, pull.x2, pull.y2, x * pull.x2 + y * pull.y2)


@kernel
def shares(q: Corners) -> tuple[float, float, float, float]:
    """Shares of the corners at the origin, and the sum of the edge functions there."""
    e0, e1, e2 = q.x1 * q.y2 - q.y1 * q.x2, q.x2 * q.y0 - q.y2 * q.x0, q.x0 * q.y1 - q.y0 * q.x1
    total = e0 + e1 + e2
    return e0 / total, e1 / total, e2 / total, total


@kernel
def pulls(q: Corners, g0: float, g1: float, g2: float) -> Corners:
    """Gradient by the corners, given that by the edge functions."""
    return Corners(
        g2 * q.y1 - g1 * q.y2, g1 * q.x2 - g2 * q.x1,
        g0 * q.y2 - g2 * q.y0, g2 * q.x0 - g0 * q.x2,
        g1 * q.y0 - g0 * q.y1, g0 * q.x1 - g1 * q.x0,
    )  # fmt: skip


@kernel
def add(into: Doubles, vertex: np.uint32, right: float, down: float, away: float) -> None:
    """Add a corner's gradient to its vertex."""
    into[vertex, 0] += right
    into[vertex, 1] += down
    into[vertex, 3] -= away


@kernel
def turn(vertices: Numbers, triangles: Ints, slopes: Numbers, into: Doubles) -> None:
    """Add the gradient by the vertices of one frame, given that by its unit normals.

    Args:
        vertices: [V, 3].
        triangles: [F, 3].
        slopes: [V, 3], gradient by the unit normals.
        into: [V, 3].
    """
    total = np.zeros((vertices.shape[0], 3))
    for index in range(triangles.shape[0]):
        a, b, c = triangles[index, 0], triangles[index, 1], triangles[index, 2]
        x, y, z = cross(side(vertices, a, b), side(vertices, a, c))
        if not finite((x, y, z)):
            continue
        for k in (a, b, c):
            total[k, 0] += x
            total[k, 1] += y
            total[k, 2] += z
    for k in range(vertices.shape[0]):
        length = np.sqrt(total[k, 0] ** 2 + total[k, 1] ** 2 + total[k, 2] ** 2)
        if length > 0:  # else the normal is 0 and stays so
            total[k] /= length
            along = (total[k] * slopes[k]).sum()
            total[k] = (slopes[k] - total[k] * along) / length
    for index in range(triangles.shape[0]):
        a, b, c = triangles[index, 0], triangles[index, 1], triangles[index, 2]
        slope = (
            total[a, 0] + total[b, 0] + total[c, 0],
            total[a, 1] + total[b, 1] + total[c, 1],
            total[a, 2] + total[b, 2] + total[c, 2],
        )
        if not finite(cross(side(vertices, a, b), side(vertices, a, c))):
            continue
        by_b = cross(side(vertices, a, c), slope)
        by_c = cross(slope, side(vertices, a, b))
        for axis in range(3):
            into[b, axis] += by_b[axis]
            into[c, axis] += by_c[axis]
            into[a, axis] -= by_b[axis] + by_c[axis]


@kernel
def finite(vector: Vector) -> bool:
    """Whether none is NaN or infinite."""
    return abs(vector[0]) + abs(vector[1]) + abs(vector[2]) < np.inf


@kernel
def cross(u: Vector, v: Vector) -> Vector:
    """The cross product."""
    return u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]


@kernel
def side(vertices: Numbers, start: int, end: int) -> Vector:
    """From one vertex to another."""
    x = float(vertices[end, 0]) - float(vertices[start, 0])
    y = float(vertices[end, 1]) - float(vertices[start, 1])
    z = float(vertices[end, 2]) - float(vertices[start, 2])
    return x, y, z
