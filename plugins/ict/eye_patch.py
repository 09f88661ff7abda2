"""Closes the hole that an eye leaves in the face area with a grid between its lids.

Each vertex of the grid lies between vertices of the upper and the lower rim, so it moves with the
lids and has place, identity and expression from them.
"""

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

COLUMNS, ROWS = 17, 6

Points = NDArray[np.float64]


@attrs.frozen(eq=False)
class EyePatch:
    """New vertices and triangles.

    Attributes:
        corners: [N, 4] the two rim vertices on either side above, then below, each new vertex.
        shares: [N, 4] of these; each row sums to 1.
        triangles: of new vertices, counter-clockwise from outside.
    """

    corners: NDArray[np.int64]
    shares: Points
    triangles: list[tuple[int, int, int]]


def eye_patch(points: Points, loop: Sequence[int], corners: Points, first: int) -> EyePatch:
    """The patch of one eye.

    Args:
        points: [V, 3].
        loop: vertices around the hole.
        corners: [2, 3] places near the corners of the eye, the one further left in the picture
            becoming column 0.
        first: index that the first new vertex will have.
    """
    left, right = (
        min(loop, key=lambda v, c=c: float(np.linalg.norm(points[v] - c)))  # type: ignore[misc]  # mypy wants a plain lambda
        for c in sorted(corners, key=lambda c: float(c[0]))
    )
    start = loop.index(left)
    around = [*loop[start:], *loop[:start]]
    stop = around.index(right)
    one, other = around[: stop + 1], [around[0], *around[: stop - 1 : -1]]
    upper, lower = sorted((one, other), key=lambda rim: -float(points[rim, 1].mean()))
    above, below = _spaced(points, upper), _spaced(points, lower)
    rows = [
        (*above[column][:2], *below[column][:2]) for _ in range(ROWS) for column in range(COLUMNS)
    ]
    shares = []
    for row in range(ROWS):
        down = row / (ROWS - 1)
        for column in range(COLUMNS):
            a, b = above[column][2], below[column][2]
            shares.append(((1 - down) * (1 - a), (1 - down) * a, down * (1 - b), down * b))
    return EyePatch(np.array(rows, dtype=np.int64), np.array(shares), _grid(first))


def _spaced(points: Points, rim: Sequence[int]) -> list[tuple[int, int, float]]:
    """COLUMNS places evenly along a rim: vertex before, vertex after, share of the latter."""
    steps = np.linalg.norm(np.diff(points[list(rim)], axis=0), axis=1)
    reached = np.concatenate(([0.0], np.cumsum(steps)))
    places = []
    for wanted in np.linspace(0, reached[-1], COLUMNS):
        k = int(np.clip(np.searchsorted(reached, wanted) - 1, 0, len(steps) - 1))
        places.append((rim[k], rim[k + 1], float((wanted - reached[k]) / steps[k])))
    return places


def _grid(first: int) -> list[tuple[int, int, int]]:
    """Row 0 is on top, column 0 on the left."""
    triangles = []
    for row in range(ROWS - 1):
        for column in range(COLUMNS - 1):
            a = first + row * COLUMNS + column
            b, c, d = a + 1, a + COLUMNS, a + COLUMNS + 1
            triangles += [(a, c, b), (b, c, d)]
    return triangles
