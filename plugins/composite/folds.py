"""Where the mesh hides part of itself, as a lip does with the chin, its edge is made smooth."""

import numpy as np

from visemix.plugins.composite.compiled import Bytes, Flags, Floats, Ints, kernel

JUMP_PX = 3.0
"""Neighbours that come from places farther apart than this lie on two sides of a fold."""


def smooth_folds(triangle: Ints, shares: Floats, triangles: Ints, at: Floats, out: Bytes) -> None:
    """Blur the pixels on both sides of every fold a little, in place.

    Args:
        triangle: [h, w] index of the triangle seen, -1 for none.
        shares: [h, w, 2] of its corners 0 and 1.
        triangles: [F, 3].
        at: [V, 2] the mesh in the picture that the pixels come from, px.
        out: [h, w, 3].
    """
    marked = np.zeros(triangle.shape, np.bool_)
    _mark(triangle, shares, triangles, at, marked)
    if marked.any():
        _blur(marked, out.copy(), out)


@kernel
def _mark(triangle: Ints, shares: Floats, triangles: Ints, at: Floats, marked: Flags) -> None:
    h, w = triangle.shape
    place = np.zeros((h, w, 2), np.float32)
    for y in range(h):
        for x in range(w):
            f = triangle[y, x]
            if f < 0:
                continue
            a, b, c = triangles[f, 0], triangles[f, 1], triangles[f, 2]
            u, v = shares[y, x, 0], shares[y, x, 1]
            for k in range(2):
                place[y, x, k] = u * at[a, k] + v * at[b, k] + (1 - u - v) * at[c, k]
            for dy, dx in ((1, 0), (0, 1)):
                if y < dy or x < dx or triangle[y - dy, x - dx] < 0:
                    continue
                away = abs(place[y, x, 0] - place[y - dy, x - dx, 0])
                away += abs(place[y, x, 1] - place[y - dy, x - dx, 1])
                if away > JUMP_PX:
                    marked[y, x] = marked[y - dy, x - dx] = True


@kernel
def _blur(marked: Flags, before: Bytes, out: Bytes) -> None:
    """3 x 3 binomial."""
    h, w = marked.shape
    for y in range(1, h - 1):
        for x in range(1, w - 1):
            if marked[y, x]:
                for ch in range(3):
                    total = 8
                    for dy in range(-1, 2):
                        for dx in range(-1, 2):
                            share = (2 - abs(dy)) * (2 - abs(dx))
                            total += share * int(before[y + dy, x + dx, ch])
                    out[y, x, ch] = np.uint8(total // 16)
