"""The renderer's maps, carried from the crop to the pixels of the frame."""

import attrs
import numpy as np
from torch import Tensor

from visemix.plugins.composite.compiled import Floats, Ints, kernel
from visemix.plugins.composite.face_mesh import face_mesh
from visemix.plugins.composite.regions import CHIN_TIP, FOREHEAD
from visemix.plugins.composite.roi import Roi
from visemix.plugins.composite.sampling import solid

RIM = 0.02
"""Where the mesh ends in the picture, it fades over so much of the face's height. On a head that is
turned that is not where its outline lies."""


@attrs.frozen(eq=False)
class PixelMaps:
    """Which part of the mesh each pixel of a rectangle of the frame shows.

    Attributes:
        triangle: [h, w] int32, -1 where there is none.
        shares: [h, w, 2] of the triangle's corners 0 and 1.
        solid: [h, w] 1 well inside the mesh's silhouette, 0 on it.
    """

    triangle: Ints
    shares: Floats
    solid: Floats

    @staticmethod
    def of(maps: tuple[Tensor, Tensor], crop: Floats, points: Floats, roi: Roi) -> "PixelMaps":
        """Look the rectangle up in the maps of one frame.

        Args:
            maps: triangle [1, H, W] and barycentric [2, H, W] of the crop.
            crop: [2, 3] from full-frame px to crop px, without turning.
            points: [V, 3] the mesh, indices of pixels in the frame.
            roi: which pixels.
        """
        seen, shares = maps[0][0].numpy(), maps[1].numpy()
        triangle = np.empty((roi.h, roi.w), np.int32)
        found = np.empty((roi.h, roi.w, 2), np.float32)
        place = np.array([roi.x, roi.y], np.int32)
        _look_up(seen, shares, crop.astype(np.float32), place, triangle, found)
        if not np.allclose(crop[:, :2], np.eye(2), atol=1e-6):
            _place_anew(triangle, points, face_mesh().triangles, place, found)
        return PixelMaps(triangle, found, solid(triangle, _rim(points)))


def _rim(points: Floats) -> int:
    """Width of the soft silhouette, px."""
    return max(round(RIM * float(np.linalg.norm((points[FOREHEAD] - points[CHIN_TIP])[:2]))), 1)


@kernel
def _look_up(
    seen: Floats, shares: Floats, crop: Floats, place: Ints, triangle: Ints, found: Floats
) -> None:
    """Copy the nearest pixel of the crop."""
    rows, columns = seen.shape
    half = np.float32(0.5)
    for y in range(triangle.shape[0]):
        row = int(np.floor(crop[1, 1] * (y + place[1] + half) + crop[1, 2]))
        for x in range(triangle.shape[1]):
            column = int(np.floor(crop[0, 0] * (x + place[0] + half) + crop[0, 2]))
            triangle[y, x] = -1
            if 0 <= row < rows and 0 <= column < columns:
                triangle[y, x] = int(seen[row, column])
                found[y, x, 0] = shares[0, row, column]
                found[y, x, 1] = shares[1, row, column]


@kernel
def _place_anew(
    triangle: Ints, points: Floats, triangles: Ints, place: Ints, found: Floats
) -> None:
    """Shares from where the pixel lies in its triangle: a scaled crop has too few of its own."""
    for y in range(triangle.shape[0]):
        for x in range(triangle.shape[1]):
            index = triangle[y, x]
            if index < 0:
                continue
            a, b, c = triangles[index, 0], triangles[index, 1], triangles[index, 2]
            px, py = np.float32(x + place[0]), np.float32(y + place[1])
            ax, ay = points[a, 0] - px, points[a, 1] - py
            bx, by = points[b, 0] - px, points[b, 1] - py
            cx, cy = points[c, 0] - px, points[c, 1] - py
            part0, part1 = bx * cy - by * cx, cx * ay - cy * ax
            whole = part0 + part1 + ax * by - ay * bx
            if abs(whole) < np.float32(1e-3):
                continue  # seen from the side: the crop's shares will do
            u, v = part0 / whole, part1 / whole
            # The nearest pixel of the crop may lie in the neighbour: stay close to the triangle.
            if -1 < u < 2 and -1 < v < 2 and -1 < u + v < 2:
                found[y, x, 0], found[y, x, 1] = u, v
