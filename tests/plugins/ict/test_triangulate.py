"""Triangles for point clouds whose surface is known."""

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from visemix.plugins.ict.triangulate import boundary_loops, fill, oriented, triangulate

Points = NDArray[np.float64]
EDGE = 14


def dome(hole: bool) -> Points:
    """A bent sheet of EDGE x EDGE points, with a hole in its middle if wanted."""
    line = np.linspace(-1, 1, EDGE)
    y, x = np.meshgrid(line, line, indexing="ij")
    points = np.stack((x, y * 1.07, 0.8 - 0.3 * x**2 - 0.4 * y**2), -1).reshape(-1, 3)
    middle = np.abs(points[:, :2]).max(1) < 0.3
    return points[~middle] if hole else points


def edges(triangles: list[tuple[int, int, int]]) -> Counter[tuple[int, int]]:
    return Counter((t[i], t[(i + 1) % 3]) for t in triangles for i in range(3))


@pytest.mark.parametrize(("hole", "rims"), [(False, 1), (True, 2)])
def test_a_sheet_is_found(hole: bool, rims: int) -> None:
    points = dome(hole)
    triangles = triangulate(points, points, keep_open=rims)
    assert {corner for t in triangles for corner in t} == set(range(len(points)))
    assert max(edges(triangles).values()) == 1, "each edge is run through once in each direction"
    loops = boundary_loops(triangles)
    assert len(loops) == rims
    assert 2 * EDGE < max(map(len, loops)) <= 4 * (EDGE - 1)
    euler = len(points) - len({tuple(sorted(e)) for e in edges(triangles)}) + len(triangles)
    assert euler == 2 - rims


def test_sheets_that_touch_but_move_apart_are_not_sewn_together() -> None:
    lower = dome(hole=False)
    upper = lower + np.array([0.05, 0.03, 0.01])
    points = np.concatenate((lower, upper))
    apart = points.copy()
    apart[len(lower) :, 2] += 1
    triangles = triangulate(points, np.concatenate((points, apart), 1), keep_open=2)
    sides = [{corner < len(lower) for corner in t} for t in triangles]
    assert all(len(side) == 1 for side in sides)
    assert len(boundary_loops(triangles)) == 2


def test_a_hole_is_filled_over_its_short_diagonal() -> None:
    points = np.array([[0.0, 0, 0], [3, 0, 0], [3, 1, 0.5], [0, 1, 0]])
    made = fill(points, [0, 1, 2, 3], [])
    assert len(made) == 2
    used = fill(points, [0, 1, 2, 3], [(made[0][0], made[0][2], 9), (0, 2, 8), (1, 3, 7)])
    assert len(used) == 2, "with every diagonal taken one is used all the same"


def test_triangles_are_turned_alike() -> None:
    mixed = [(0, 1, 2), (1, 2, 3), (3, 2, 4)]
    assert max(edges(oriented(mixed)).values()) == 1
