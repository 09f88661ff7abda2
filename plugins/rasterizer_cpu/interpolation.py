"""Vertex attributes, normals and light, compiled with numba."""

import numpy as np

from visemix.plugins.rasterizer_cpu.compiled import Floats, Ints, Planes, kernel


@kernel
def interpolate(
    planes: Planes, triangles: Ints, attributes: Floats, values: Floats, coverage: Floats
) -> None:
    """Mix the attributes of each pixel's triangle.

    Args:
        planes: a frame drawn by ``kernels.rasterize``; its shares are set to 0 where it is empty.
        triangles: [F, 3].
        attributes: [V, C].
        values: [C, H, W], written; 0 where the frame is empty.
        coverage: [H, W], written; 1, or 0 where the frame is empty.
    """
    seen, share0, share1, _, _ = planes
    channels = np.uint64(attributes.shape[1])
    for row in range(np.uint64(seen.shape[0])):
        for column in range(np.uint64(seen.shape[1])):
            if seen[row, column] < 0:
                share0[row, column] = share1[row, column] = coverage[row, column] = np.float32(0)
                for channel in range(channels):
                    values[channel, row, column] = np.float32(0)
                continue
            coverage[row, column] = np.float32(1)
            index = np.uint32(seen[row, column])
            a = np.uint32(triangles[index, 0])
            b = np.uint32(triangles[index, 1])
            c = np.uint32(triangles[index, 2])
            s0, s1 = share0[row, column], share1[row, column]
            s2 = np.float32(1) - s0 - s1
            for channel in range(channels):
                values[channel, row, column] = (
                    s0 * attributes[a, channel]
                    + s1 * attributes[b, channel]
                    + s2 * attributes[c, channel]
                )


@kernel
def vertex_normals(vertices: Floats, triangles: Ints, normals: Floats) -> None:
    """Unit normals: the sum of the adjacent triangles' normals, weighted by their areas.

    Args:
        vertices: [V, 3], y up, so that counter-clockwise triangles look outwards.
        triangles: [F, 3].
        normals: [V, 3], written; 0 for a vertex of no triangle with an area.
    """
    infinity = np.float32(np.inf)
    normals[:] = np.float32(0)
    for index in range(triangles.shape[0]):
        a, b, c = triangles[index, 0], triangles[index, 1], triangles[index, 2]
        x1, x2 = vertices[b, 0] - vertices[a, 0], vertices[c, 0] - vertices[a, 0]
        y1, y2 = vertices[b, 1] - vertices[a, 1], vertices[c, 1] - vertices[a, 1]
        z1, z2 = vertices[b, 2] - vertices[a, 2], vertices[c, 2] - vertices[a, 2]
        x, y, z = y1 * z2 - z1 * y2, z1 * x2 - x1 * z2, x1 * y2 - y1 * x2
        if not abs(x) + abs(y) + abs(z) < infinity:  # nor NaN: it is not drawn, it lights nothing
            continue
        for k in (a, b, c):
            normals[k, 0] += x
            normals[k, 1] += y
            normals[k, 2] += z
    for k in range(normals.shape[0]):
        length = np.sqrt(normals[k, 0] ** 2 + normals[k, 1] ** 2 + normals[k, 2] ** 2)
        if length > 0:
            normals[k] /= length
