"""Z-buffer rasterisation of one frame, compiled with numba.

Coverage is decided in integers: vertices are snapped to 1 / 2**14 px and edge functions are exact
in 64 bits, so two triangles that share an edge can neither leave a gap nor both claim a pixel.

Helpers take and return numbers only: handing an array to a function costs a reference count, which
is dear 70,000 times a frame. Indices are made unsigned for a similar reason: numba would otherwise
test each for being negative.
"""

from typing import NamedTuple

import numpy as np

from visemix.plugins.rasterizer_cpu.compiled import Corners, Ints, Planes, kernel
from visemix.plugins.rasterizer_cpu.snapping import HALF, NOT_ON_SCREEN, ONE, SUBPIXEL_BITS

WIDE_PX = 5
"""From this width on, a row is worth the start of a vectorised loop."""

Numbers = tuple[np.float32, np.float32, np.float32]


class Box(NamedTuple):
    """Pixels whose centres may be covered, both ends included, rows counted from ``first_row``."""

    left: int
    right: int
    top: int
    bottom: int


class Edges(NamedTuple):
    """Edge functions opposite corners 0, 1 and 2, in 2**-28 px²: positive inside.

    The top-left rule is a bias of -1 on each edge that is neither top nor left, so "covered" is
    "none is negative": the sign bit of ``e0 | e1 | e2``.

    Attributes:
        e0, e1, e2: at the first pixel of the box.
        right0, right1, right2: change from a pixel to the next.
        down0, down1, down2: change from a row to the next.
        area: twice the triangle's; 0 if it has none or turns a culled back.
    """

    e0: int
    e1: int
    e2: int
    right0: int
    right1: int
    right2: int
    down0: int
    down1: int
    down2: int
    area: int


@kernel
def rasterize(screen: Ints, triangles: Ints, cull: bool, planes: Planes) -> int:
    """Draw one frame over what ``planes`` hold; of equal depths the first triangle stays.

    Args:
        screen: [V, 4], made by ``snapping.project``.
        triangles: [F, 3], indices in range.
        cull: leave out triangles that turn their back.
        planes: where to draw.

    Returns:
        Number of triangles left out because a corner is not on the screen.
    """
    floats = screen.view(np.float32)
    seen, share0, share1, nearest, first_row = planes
    height, width = seen.shape
    left_out = 0
    for index in range(np.uint64(triangles.shape[0])):
        a, b, c = corners_of(triangles[index, 0], triangles[index, 1], triangles[index, 2])
        corners = Corners(
            screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1], screen[c, 0], screen[c, 1]
        )
        if min(corners.x0, min(corners.x1, corners.x2)) == NOT_ON_SCREEN:
            left_out += 1
            continue
        box = bounding_box(corners, height, width, first_row)
        if (box.left > box.right) | (box.top > box.bottom):
            continue
        edges = edge_functions(corners, box.left, box.top + first_row, cull)
        if edges.area == 0:
            continue
        share = np.float32(1) / np.float32(edges.area)
        weights = (floats[a, 2] * share, floats[b, 2] * share, floats[c, 2] * share)
        depths = (floats[a, 3], floats[b, 3], floats[c, 3])
        if box.right - box.left >= WIDE_PX:
            fill_wide(index, box, edges, weights, depths, planes)
            continue
        # One loop over the box, not one per row: each loop's end costs a mispredicted jump.
        across = box.right - box.left
        wrap0, wrap1, wrap2 = wrap(edges, across)
        row, column = box.top, box.left
        e0, e1, e2 = edges.e0, edges.e1, edges.e2
        for _ in range((across + 1) * (box.bottom - box.top + 1)):
            if (e0 | e1 | e2) >= 0:
                s0, s1, depth = fragment(e0, e1, e2, weights, depths)
                if depth > nearest[row, column]:
                    nearest[row, column] = depth
                    seen[row, column] = index
                    share0[row, column] = s0
                    share1[row, column] = s1
            end = column == box.right
            e0 += wrap0 if end else edges.right0
            e1 += wrap1 if end else edges.right1
            e2 += wrap2 if end else edges.right2
            row += end
            column = box.left if end else column + 1
    return left_out


@kernel
def corners_of(a: int, b: int, c: int) -> tuple[np.uint32, np.uint32, np.uint32]:
    """The indices of a triangle's corners, unsigned."""
    return np.uint32(a), np.uint32(b), np.uint32(c)


@kernel
def wrap(edges: Edges, across: int) -> tuple[int, int, int]:
    """Change of the edge functions from the last pixel of a row to the first of the next."""
    return (
        edges.down0 - edges.right0 * across,
        edges.down1 - edges.right1 * across,
        edges.down2 - edges.right2 * across,
    )


@kernel
def fill_wide(
    index: int, box: Box, edges: Edges, weights: Numbers, depths: Numbers, planes: Planes
) -> None:
    """Draw one triangle; unsigned indices let the compiler vectorise the rows."""
    seen, share0, share1, nearest, _ = planes
    e0, e1, e2 = edges.e0, edges.e1, edges.e2
    for row in range(np.uint64(box.top), np.uint64(box.bottom + 1)):
        r0, r1, r2 = e0, e1, e2
        for column in range(np.uint64(box.left), np.uint64(box.right + 1)):
            if (r0 | r1 | r2) >= 0:
                s0, s1, depth = fragment(r0, r1, r2, weights, depths)
                if depth > nearest[row, column]:
                    nearest[row, column] = depth
                    seen[row, column] = index
                    share0[row, column] = s0
                    share1[row, column] = s1
            r0, r1, r2 = r0 + edges.right0, r1 + edges.right1, r2 + edges.right2
        e0, e1, e2 = e0 + edges.down0, e1 + edges.down1, e2 + edges.down2


@kernel
def fragment(e0: int, e1: int, e2: int, weights: Numbers, depths: Numbers) -> Numbers:
    """Perspective-correct shares of corners 0 and 1, and the depth they give.

    Args:
        e0: edge function at the pixel, opposite corner 0.
        e1: the same for corner 1.
        e2: the same for corner 2.
        weights: 1 / w of each corner, divided by the triangle's area.
        depths: depth of each corner.
    """
    s0 = np.float32(e0) * weights[0]
    s1 = np.float32(e1) * weights[1]
    s2 = np.float32(e2) * weights[2]
    scale = np.float32(1) / (s0 + s1 + s2)
    s0 *= scale
    s1 *= scale
    s2 *= scale
    return s0, s1, s0 * depths[0] + s1 * depths[1] + s2 * depths[2]


@kernel
def bounding_box(p: Corners, height: int, width: int, first_row: int) -> Box:
    """The box of a triangle; left > right or top > bottom if it holds no pixel centre."""
    left = (min(p.x0, min(p.x1, p.x2)) + HALF - 1) >> SUBPIXEL_BITS
    right = (max(p.x0, max(p.x1, p.x2)) - HALF) >> SUBPIXEL_BITS
    top = ((min(p.y0, min(p.y1, p.y2)) + HALF - 1) >> SUBPIXEL_BITS) - first_row
    bottom = ((max(p.y0, max(p.y1, p.y2)) - HALF) >> SUBPIXEL_BITS) - first_row
    return Box(max(left, 0), min(right, width - 1), max(top, 0), min(bottom, height - 1))


@kernel
def edge_functions(p: Corners, column: int, row: int, cull: bool) -> Edges:
    """Edge functions of a triangle at the centre of a pixel of the picture."""
    x = (column << SUBPIXEL_BITS) + HALF
    y = (row << SUBPIXEL_BITS) + HALF
    e0 = (p.x1 - x) * (p.y2 - y) - (p.y1 - y) * (p.x2 - x)
    e1 = (p.x2 - x) * (p.y0 - y) - (p.y2 - y) * (p.x0 - x)
    e2 = (p.x0 - x) * (p.y1 - y) - (p.y0 - y) * (p.x1 - x)
    area = e0 + e1 + e2
    right0, right1, right2 = p.y1 - p.y2, p.y2 - p.y0, p.y0 - p.y1
    down0, down1, down2 = p.x2 - p.x1, p.x0 - p.x2, p.x1 - p.x0
    if area < 0:  # y is down, so this is counter-clockwise as the viewer sees it: the front
        area = -area
        e0, e1, e2 = -e0, -e1, -e2
        right0, right1, right2 = -right0, -right1, -right2
        down0, down1, down2 = -down0, -down1, -down2
    elif cull:
        area = 0
    e0, e1, e2 = e0 + bias(right0, down0), e1 + bias(right1, down1), e2 + bias(right2, down2)
    right0, right1, right2 = right0 * ONE, right1 * ONE, right2 * ONE
    down0, down1, down2 = down0 * ONE, down1 * ONE, down2 * ONE
    return Edges(e0, e1, e2, right0, right1, right2, down0, down1, down2, area)


@kernel
def bias(right: int, down: int) -> int:
    """0 for a left edge (inside is to its right) and a top edge (inside is below), else -1."""
    return 0 if (right > 0) | ((right == 0) & (down > 0)) else -1
