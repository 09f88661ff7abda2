"""Triangles for a cloud of points that are known in many shapes; used once, by make_tables.py.

Every point proposes the Delaunay triangles around it in its tangent plane; those that their corners
agree on make a surface, whose small holes are closed. Neighbours are sought among all shapes at
once, so that lips and lids that touch in one shape stay apart.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, KDTree, QhullError

Triangle = tuple[int, int, int]
Edge = tuple[int, int]
Points = NDArray[np.float64]

NEIGHBOURS = 16
"""Points that a tangent plane is laid through; a quad grid needs the nearest eight."""

AGREED = 2
"""Corners of a triangle that must have proposed it."""

FOLDED = 0.3
"""Cosine above which two triangles lie on the same side of their edge: one covers the other."""


def triangulate(points: Points, shapes: Points, keep_open: int) -> list[Triangle]:
    """A surface through the points, oriented alike everywhere.

    Args:
        points: [V, 3], in the shape whose distances count.
        shapes: [V, D], the points in all shapes, side by side.
        keep_open: how many holes, the longest ones, stay; the outer rim is one of them.
    """
    votes = _votes(points, shapes)
    agreed = (triangle for triangle, count in votes.items() if count >= AGREED)
    best = sorted(agreed, key=lambda t: (-votes[t], _longest(points, t)))
    triangles = oriented(_manifold(points, best))
    loops = sorted(boundary_loops(triangles), key=len)
    for loop in loops[: len(loops) - keep_open]:
        triangles += fill(points, loop, triangles)
    return triangles + _lonely(points, triangles)


def _votes(points: Points, shapes: Points) -> Counter[Triangle]:
    distance, near = KDTree(shapes).query(shapes, NEIGHBOURS + 1)
    votes: Counter[Triangle] = Counter()
    for ids, away in zip(np.asarray(near), np.asarray(distance), strict=True):
        flat = _unrolled(points[ids] - points[ids[0]], away)
        try:
            simplices = Delaunay(flat).simplices
        except QhullError:
            continue  # all neighbours on one line: the others decide
        for simplex in simplices[(simplices == 0).any(1)]:
            votes[_sorted(ids[simplex])] += 1
    return votes


def _unrolled(offsets: Points, away: Points) -> Points:
    """Offsets [N, 3] from the first point laid into its tangent plane, lengths kept [N, 2]."""
    weight = np.exp(-((away / (away[8] + 1e-9)) ** 2))
    _, _, axes = np.linalg.svd(offsets * weight[:, None], full_matrices=False)
    flat = offsets @ axes[:2].T
    length = np.linalg.norm(offsets, axis=1)
    scaled = flat * (length / (np.linalg.norm(flat, axis=1) + 1e-12))[:, None]
    return np.asarray(scaled, dtype=np.float64)


def _manifold(points: Points, candidates: Iterable[Triangle]) -> list[Triangle]:
    """As many of the candidates, in their order, as fit without covering each other."""
    kept: list[Triangle] = []
    across: dict[Edge, list[int]] = defaultdict(list)
    for triangle in candidates:
        sides = _sides(triangle)
        if all(_free(points, edge, corner, across[edge]) for edge, corner in sides):
            kept.append(triangle)
            for edge, corner in sides:
                across[edge].append(corner)
    return kept


def _free(points: Points, edge: Edge, corner: int, others: Sequence[int]) -> bool:
    if len(others) >= 2:
        return False
    start, along = points[edge[0]], points[edge[1]] - points[edge[0]]
    along = along / np.linalg.norm(along)

    def aside(index: int) -> Points:
        arm = points[index] - start
        arm = arm - along * (arm @ along)
        return np.asarray(arm / np.linalg.norm(arm), dtype=np.float64)

    return all(float(aside(corner) @ aside(other)) <= FOLDED for other in others)


def oriented(triangles: Iterable[Triangle]) -> list[Triangle]:
    """The triangles turned so that neighbours run through their edge in opposite directions."""
    rest = {_sorted(t) for t in triangles}
    around: dict[Edge, list[Triangle]] = defaultdict(list)
    for triangle in rest:
        for edge, _ in _sides(triangle):
            around[edge].append(triangle)
    done: list[Triangle] = []
    while rest:
        todo = [min(rest)]
        rest.discard(todo[0])
        while todo:
            a, b, c = triangle = todo.pop()
            done.append(triangle)
            for u, v in ((a, b), (b, c), (c, a)):
                for other in around[(min(u, v), max(u, v))]:
                    if other in rest:
                        rest.discard(other)
                        third = next(x for x in other if x not in (u, v))
                        todo.append((v, u, third))
    return done


def boundary_loops(triangles: Iterable[Triangle]) -> list[list[int]]:
    """Rims of the surface, each once around; a rim that touches itself is cut there."""
    after: dict[int, list[int]] = defaultdict(list)
    edges = {(t[i], t[(i + 1) % 3]) for t in triangles for i in range(3)}
    for u, v in sorted(edges):
        if (v, u) not in edges:
            after[v].append(u)  # the hole's own direction
    loops = []
    while any(after.values()):
        path = [next(v for v in sorted(after) if after[v])]
        while after[path[-1]]:
            step = after[path[-1]].pop()
            if step in path:
                at = path.index(step)
                loops.append(path[at:])
                path = path[:at]
            path.append(step)
    return loops


def fill(points: Points, loop: Sequence[int], around: Iterable[Triangle]) -> list[Triangle]:
    """Triangles over a hole, of the least area (dynamic programming over its corners).

    Args:
        points: [V, 3].
        loop: the hole's rim.
        around: the surface, whose edges cannot be used again.
    """
    count = len(loop)
    taken = {edge for t in around for edge, _ in _sides(_sorted(t)) if set(edge) <= set(loop)}
    cost = np.zeros((count, count))
    split = np.zeros((count, count), dtype=int)
    for span in range(2, count):
        for first in range(count - span):
            last = first + span
            choices = [
                cost[first, k] + cost[k, last] + _area(points, loop[first], loop[k], loop[last])
                for k in range(first + 1, last)
            ]
            best = int(np.argmin(choices))
            cost[first, last], split[first, last] = choices[best], first + 1 + best
            chord = min(loop[first], loop[last]), max(loop[first], loop[last])
            if span < count - 1 and chord in taken:
                cost[first, last] = np.inf
    made: list[Triangle] = []
    todo = [(0, count - 1)] if count > 2 else []
    while todo:
        first, last = todo.pop()
        k = int(split[first, last])
        made.append((loop[first], loop[k], loop[last]))
        todo += [pair for pair in ((first, k), (k, last)) if pair[1] - pair[0] > 1]
    return made


def _lonely(points: Points, triangles: list[Triangle]) -> list[Triangle]:
    """Splits the nearest triangle around each point that no triangle uses; changes the list."""
    used = {corner for triangle in triangles for corner in triangle}
    added: list[Triangle] = []
    for index in sorted(set(range(len(points))) - used):
        centres = points[np.array(triangles)].mean(1)
        a, b, c = triangles.pop(int(np.linalg.norm(centres - points[index], axis=1).argmin()))
        added += [(a, b, index), (b, c, index), (c, a, index)]
    return added


def _area(points: Points, a: int, b: int, c: int) -> float:
    return float(np.linalg.norm(np.cross(points[b] - points[a], points[c] - points[a])))


def _longest(points: Points, triangle: Triangle) -> float:
    corners = points[list(triangle)]
    return float(np.linalg.norm(corners - np.roll(corners, 1, 0), axis=1).max())


def _sides(triangle: Triangle) -> tuple[tuple[Edge, int], ...]:
    a, b, c = triangle  # sorted, so each edge is too
    return ((a, b), c), ((b, c), a), ((a, c), b)


def _sorted(corners: Iterable[int]) -> Triangle:
    a, b, c = sorted(int(x) for x in corners)
    return a, b, c
