"""Carries reference pixels through the mesh onto the target, and blends the layers."""

from typing import NamedTuple

import numpy as np

from visemix.plugins.composite.compiled import Bytes, Floats, Ints, kernel


class Source(NamedTuple):
    """A picture that the mesh is cut out of.

    Attributes:
        picture: [H, W, 3].
        at: [V, 2] the mesh in it, indices of pixels.
        weight: [V] how much of it to take, 0 to 1.
        shift: [V, 3] colour to add, levels of 255.
    """

    picture: Bytes
    at: Floats
    weight: Floats
    shift: Floats


@kernel
def accumulate(
    triangle: Ints, shares: Floats, triangles: Ints, source: Source, total: Floats
) -> None:
    """Add one source, sampled with Catmull-Rom cubics.

    Args:
        triangle: [h, w] index of the triangle seen, -1 for none.
        shares: [h, w, 2] of its corners 0 and 1.
        triangles: [F, 3].
        source: what to add.
        total: [h, w, 4] sums of weighted colours and of weights, written.
    """
    h, w = triangle.shape
    image, at, weight, shift = source.picture, source.at, source.weight, source.shift
    right, bottom = np.float32(image.shape[1] - 3), np.float32(image.shape[0] - 3)
    half, one, two = np.float32(0.5), np.float32(1.0), np.float32(2.0)
    three_halves, five_halves = np.float32(1.5), np.float32(2.5)
    for y in range(h):
        for x in range(w):
            f = triangle[y, x]
            if f < 0:
                continue
            a, b, c = triangles[f, 0], triangles[f, 1], triangles[f, 2]
            u, v = shares[y, x, 0], shares[y, x, 1]
            q = one - u - v
            k = u * weight[a] + v * weight[b] + q * weight[c]
            if k < np.float32(0.004):
                continue
            sx = u * at[a, 0] + v * at[b, 0] + q * at[c, 0]
            sy = u * at[a, 1] + v * at[b, 1] + q * at[c, 1]
            sx = max(min(sx, right), one)
            sy = max(min(sy, bottom), one)
            ix, iy = int(sx), int(sy)
            t, s = sx - ix, sy - iy
            x0 = ((-half * t + one) * t - half) * t
            x1 = (three_halves * t - five_halves) * t * t + one
            x2 = ((-three_halves * t + two) * t + half) * t
            x3 = (half * t - half) * t * t
            y0 = ((-half * s + one) * s - half) * s
            y1 = (three_halves * s - five_halves) * s * s + one
            y2 = ((-three_halves * s + two) * s + half) * s
            y3 = (half * s - half) * s * s
            for ch in range(3):
                value = np.float32(0.0)
                for j in range(4):
                    across = (
                        x0 * image[iy + j - 1, ix - 1, ch]
                        + x1 * image[iy + j - 1, ix, ch]
                        + x2 * image[iy + j - 1, ix + 1, ch]
                        + x3 * image[iy + j - 1, ix + 2, ch]
                    )
                    value += (y0 if j == 0 else y1 if j == 1 else y2 if j == 2 else y3) * across
                value += u * shift[a, ch] + v * shift[b, ch] + q * shift[c, ch]
                total[y, x, ch] += k * value
            total[y, x, 3] += k


class Finish(NamedTuple):
    """How the sum of all sources is put into the picture.

    Attributes:
        soft: [h, w, 4] the sum, blurred a little.
        cover: [V] how much of the base the face hides, 0 to 1.
        solid: [h, w] less than 1 where the mesh's silhouette is near.
        detail: [V] how much of sum - soft to add, because a mix of several sources averages their
            fine texture away.
    """

    soft: Floats
    cover: Floats
    solid: Floats
    detail: Floats


@kernel
def resolve(
    triangle: Ints, shares: Floats, triangles: Ints, total: Floats, finish: Finish, out: Bytes
) -> None:
    """Blend the sum over a picture; where the sources do not fill a pixel, the picture stays.

    Args:
        triangle: [h, w] index of the triangle seen, -1 for none.
        shares: [h, w, 2] of its corners 0 and 1.
        triangles: [F, 3].
        total: [h, w, 4] what ``accumulate`` summed up.
        finish: how.
        out: [h, w, 3], written.
    """
    h, w = triangle.shape
    one, most = np.float32(1.0), np.float32(255.0)
    for y in range(h):
        for x in range(w):
            f = triangle[y, x]
            if f < 0 or total[y, x, 3] < np.float32(1e-4):
                continue
            u, v = shares[y, x, 0], shares[y, x, 1]
            q = one - u - v
            a, b, c = triangles[f, 0], triangles[f, 1], triangles[f, 2]
            full = min(total[y, x, 3], one) * finish.solid[y, x]
            cover = (u * finish.cover[a] + v * finish.cover[b] + q * finish.cover[c]) * full
            gain = u * finish.detail[a] + v * finish.detail[b] + q * finish.detail[c]
            k = one / total[y, x, 3]
            n = one / finish.soft[y, x, 3]
            for ch in range(3):
                value = k * total[y, x, ch]
                value += gain * (value - n * finish.soft[y, x, ch])
                value = cover * value + (one - cover) * out[y, x, ch] + np.float32(0.5)
                out[y, x, ch] = np.uint8(min(max(value, np.float32(0.0)), most))
