"""Vertices to snapped pixels: the first step of every frame."""

import numpy as np

from visemix.plugins.rasterizer_cpu.compiled import Floats, Ints, View, kernel

SUBPIXEL_BITS = 14
ONE = 1 << SUBPIXEL_BITS
HALF = ONE >> 1

GUARD_PX = 1 << 15
"""A vertex this far from the origin, px, must be clipped. Nearer ones cannot overflow 64 bits: a
difference of coordinates is at most 2**(1 + 15 + 14), a product of two 2**60."""

NOT_ON_SCREEN = -(1 << 31)
"""Stands for the x and y of a vertex that cannot be snapped: behind the eye, far off, or NaN."""


@kernel
def project(vertices: Floats, view: View, screen: Ints) -> None:
    """Snap the vertices of one frame to pixels.

    Args:
        vertices: [V, 3] or [V, 4]; a missing fourth coordinate is 1.
        view: the camera.
        screen: [V, 4], written: x and y in 1 / 2**14 px, then the bits of float32 1 / w and depth.
    """
    floats = screen.view(np.float32)
    limit, scale, half = np.float32(GUARD_PX), np.float32(ONE), np.float32(0.5)
    infinity = np.float32(np.inf)
    m, near = view.matrix, np.float32(view.near)
    for i in range(np.uint64(vertices.shape[0])):
        x, y, z = vertices[i, 0], vertices[i, 1], vertices[i, 2]
        last = vertices[i, 3] if vertices.shape[1] == 4 else np.float32(1)
        w = m[3, 0] * x + m[3, 1] * y + m[3, 2] * z + m[3, 3] * last
        depth = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3] * last
        inverse = np.float32(1) / w
        column = (m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3] * last) * inverse
        row = (m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3] * last) * inverse
        # Every comparison with NaN is false, so NaN is never on the screen.
        inside = (abs(column) < limit) & (abs(row) < limit)
        inside &= (w >= near) & (w < infinity) & (abs(depth) < infinity)
        column = column if inside else half
        row = row if inside else half
        screen[i, 0] = np.int32(np.floor(column * scale + half)) if inside else NOT_ON_SCREEN
        screen[i, 1] = np.int32(np.floor(row * scale + half)) if inside else NOT_ON_SCREEN
        floats[i, 2] = inverse
        floats[i, 3] = depth
