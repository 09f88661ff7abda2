"""Triangles that cross the near plane or reach far off the picture: rare, so written plainly."""

import numpy as np
from numpy.typing import NDArray

from visemix.plugins.rasterizer_cpu.compiled import Corners, Floats, Ints, Planes, View, kernel
from visemix.plugins.rasterizer_cpu.snapping import GUARD_PX, HALF, NOT_ON_SCREEN, ONE

Doubles = NDArray[np.float64]

MOST_CORNERS = 9
"""Three, and each of five planes can add one; one to spare."""


@kernel
def rasterize_clipped(
    vertices: Floats, screen: Ints, triangles: Ints, view: View, planes: Planes
) -> None:
    """Draw the triangles that ``kernels.rasterize`` left out.

    Those with a corner that is not finite stay left out.

    Args:
        vertices: [V, 3] or [V, 4], as given to ``snapping.project``.
        screen: [V, 4], made by it.
        triangles: [F, 3].
        view: as given to it.
        planes: where to draw.
    """
    corners = np.empty((3, 4))
    polygon = np.empty((MOST_CORNERS, 4))
    spare = np.empty((MOST_CORNERS, 4))
    snapped = np.empty((MOST_CORNERS, 2), np.int64)
    for index in range(triangles.shape[0]):
        hidden = False
        for k in range(3):
            hidden |= screen[triangles[index, k], 0] == NOT_ON_SCREEN
        if hidden and homogeneous_corners(vertices, view.matrix, triangles, index, corners):
            count = clip(corners, view.near, polygon, spare)
            for k in range(count):
                for axis in range(2):
                    pixels = polygon[k, axis] / polygon[k, 3]
                    snapped[k, axis] = np.int64(np.floor(pixels * ONE + 0.5))
            for k in range(1, count - 1):
                piece = Corners(
                    snapped[0, 0], snapped[0, 1], snapped[k, 0], snapped[k, 1],
                    snapped[k + 1, 0], snapped[k + 1, 1],
                )  # fmt: skip
                if not (view.cull and doubled_area(piece) > 0):
                    fill(index, corners, piece, planes)


@kernel
def homogeneous_corners(
    vertices: Floats, matrix: Floats, triangles: Ints, index: int, corners: Doubles
) -> bool:
    """Write a triangle's homogeneous pixels [3, 4]; return whether all are finite."""
    width = vertices.shape[1]
    finite = True
    for k in range(3):
        vertex = triangles[index, k]
        for row in range(4):
            total = 0.0 if width == 4 else float(matrix[row, 3])
            for column in range(width):
                total += float(matrix[row, column]) * vertices[vertex, column]
            corners[k, row] = total
            finite &= np.isfinite(total)
    return finite


@kernel
def clip(corners: Doubles, near: float, polygon: Doubles, spare: Doubles) -> int:
    """Cut a triangle at the near plane and at four planes far off the picture.

    Returns:
        Number of corners written to ``polygon``; 0 if nothing is left.
    """
    count = 3
    for k in range(3):
        blend(corners, k, k, 0.0, polygon, k)
    for plane in range(5):
        kept = 0
        for k in range(count):
            other = (k + 1) % count
            a, b = distance(polygon, k, plane, near), distance(polygon, other, plane, near)
            if a >= 0:
                blend(polygon, k, k, 0.0, spare, kept)
                kept += 1
            # Always from the inner end, so that neighbours cut a shared edge at the same point.
            if a >= 0 and b < 0:
                blend(polygon, k, other, a / (a - b), spare, kept)
                kept += 1
            if a < 0 and b >= 0:
                blend(polygon, other, k, b / (b - a), spare, kept)
                kept += 1
        count = kept
        for k in range(count):
            blend(spare, k, k, 0.0, polygon, k)
    return count


@kernel
def blend(source: Doubles, a: int, b: int, share: float, target: Doubles, at: int) -> None:
    """Write the point that is ``share`` of the way from corner a to corner b."""
    for k in range(4):
        target[at, k] = source[a, k] + (source[b, k] - source[a, k]) * share


@kernel
def distance(polygon: Doubles, k: int, plane: int, near: float) -> float:
    """Signed distance of a corner from a plane, positive on the side that is kept."""
    x, y, w = float(polygon[k, 0]), float(polygon[k, 1]), float(polygon[k, 3])
    limit = (GUARD_PX - 1) * w
    if plane == 0:
        return w - near
    if plane == 1:
        return limit + x
    if plane == 2:
        return limit - x
    return limit + y if plane == 3 else limit - y


@kernel
def fill(index: int, corners: Doubles, piece: Corners, planes: Planes) -> None:
    """Draw one piece; its pixels' shares are those of the whole triangle."""
    height, width = planes.triangle.shape
    p = piece
    left, right = min(p.x0, p.x1, p.x2) // ONE, max(p.x0, p.x1, p.x2) // ONE
    top = min(p.y0, p.y1, p.y2) // ONE - planes.first_row
    bottom = max(p.y0, p.y1, p.y2) // ONE - planes.first_row
    for row in range(max(top, 0), min(bottom, height - 1) + 1):
        y = (row + planes.first_row) * ONE + HALF
        for column in range(max(left, 0), min(right, width - 1) + 1):
            if covers(piece, column * ONE + HALF, y):
                put(index, corners, row, column, planes)


@kernel
def covers(p: Corners, x: int, y: int) -> bool:
    """Whether a snapped triangle covers a point, by the top-left rule."""
    area = doubled_area(p)
    sign = 1 if area > 0 else -1
    return (
        area != 0
        and inside_edge(p.x1 - x, p.y1 - y, p.x2 - x, p.y2 - y, sign)
        and inside_edge(p.x2 - x, p.y2 - y, p.x0 - x, p.y0 - y, sign)
        and inside_edge(p.x0 - x, p.y0 - y, p.x1 - x, p.y1 - y, sign)
    )


@kernel
def inside_edge(x0: int, y0: int, x1: int, y1: int, sign: int) -> bool:
    """Whether the origin lies inside an edge, or on it if it is a left or a top edge."""
    edge = (x0 * y1 - y0 * x1) * sign
    right, down = (y0 - y1) * sign, (x1 - x0) * sign
    return edge > 0 or (edge == 0 and (right > 0 or (right == 0 and down > 0)))


@kernel
def doubled_area(p: Corners) -> int:
    """Twice the area, positive if clockwise as the viewer sees it: the back."""
    return (p.x1 - p.x0) * (p.y2 - p.y0) - (p.y1 - p.y0) * (p.x2 - p.x0)


@kernel
def put(index: int, corners: Doubles, row: int, column: int, planes: Planes) -> None:
    """Draw one pixel of a triangle, if it is nearest.

    The edge functions of homogeneous corners (Olano and Greer 1997) need no division by w, which is
    why they also hold for a triangle that is partly behind the eye.
    """
    x, y = column + 0.5, row + planes.first_row + 0.5
    s0 = determinant(corners, 1, 2, x, y)
    s1 = determinant(corners, 2, 0, x, y)
    total = s0 + s1 + determinant(corners, 0, 1, x, y)
    s0 = min(max(s0 / total, 0.0), 1.0)
    s1 = min(max(s1 / total, 0.0), 1.0 - s0)
    s2 = 1.0 - s0 - s1
    depth = np.float32(s0 * corners[0, 2] + s1 * corners[1, 2] + s2 * corners[2, 2])
    if depth > planes.depth[row, column]:
        planes.depth[row, column] = depth
        planes.triangle[row, column] = index
        planes.share0[row, column] = s0
        planes.share1[row, column] = s1


@kernel
def determinant(corners: Doubles, p: int, q: int, x: float, y: float) -> float:
    """Of two homogeneous corners and the point (x, y, 1)."""
    px, py, pw = float(corners[p, 0]), float(corners[p, 1]), float(corners[p, 3])
    qx, qy, qw = float(corners[q, 0]), float(corners[q, 1]), float(corners[q, 3])
    return x * (py * qw - pw * qy) + y * (pw * qx - px * qw) + (px * qy - py * qx)
