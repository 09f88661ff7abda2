"""Pictures of the sample person, drawn from landmarks."""

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.values.subject import Picture

SKIN, SHADE, LIPS, INSIDE = (214, 170, 146), (186, 138, 116), (178, 92, 92), (70, 24, 28)
WHITE, IRIS, BROWS, HAIR = (240, 238, 232), (72, 92, 110), (84, 60, 46), (60, 44, 36)

OUTLINE = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
OUTER_LIPS = (
    *(61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146),
)
INNER_LIPS = (
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95),
)
EYES = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
)
IRISES = (468, 473)
EYEBROWS = ((46, 53, 52, 65, 55), (276, 283, 282, 295, 285))
NOSE = ((168, 6, 197, 195, 5), (98, 97, 2, 326, 327))

SUBPIXEL_BITS = 4


class DrawnFrames:
    """ReferenceFrames of a drawn face; no picture may be written into.

    Args:
        landmarks: [T, 478, 3] full-frame px.
        height, width: of the pictures, px.
    """

    def __init__(self, landmarks: Tensor, height: int, width: int) -> None:
        self.height, self.width = height, width
        self._landmarks = landmarks.numpy()
        self._drawn: dict[int, Picture] = {}

    def __len__(self) -> int:
        return len(self._landmarks)

    def __getitem__(self, index: int) -> Picture:
        if not 0 <= index < len(self):
            raise IndexError(f"frame {index} of {len(self)}")
        if index not in self._drawn:
            picture = draw_face(self._landmarks[index, :, :2], self.height, self.width)
            picture.setflags(write=False)
            self._drawn[index] = picture
        return self._drawn[index]


def draw_face(points: NDArray[np.float32], height: int, width: int) -> Picture:
    """A face in front of a patterned wall.

    Args:
        points: [478, 2] px.
        height: of the picture, px.
        width: of the picture, px.
    """
    picture = _wall(height, width)
    centre, size = points[1], float(np.ptp(points[:, 1]))
    down = np.array([0, size], np.float32)
    _disc(picture, centre - 0.2 * down, 0.55 * size, HAIR)
    _disc(picture, centre + 1.25 * down, 0.75 * size, IRIS)  # the shoulders
    _fill(picture, points[list(OUTLINE)], SKIN)
    for line in NOSE:
        _line(picture, points[list(line)], SHADE)
    _fill(picture, points[list(OUTER_LIPS)], LIPS)
    _fill(picture, points[list(INNER_LIPS)], INSIDE)
    for eye, iris, brow in zip(EYES, IRISES, EYEBROWS, strict=True):
        _draw_eye(picture, points[list(eye)], points[iris], size)
        _line(picture, points[list(brow)], BROWS)
    return picture


def _wall(height: int, width: int) -> Picture:
    y, x = np.mgrid[:height, :width]
    stripes = 14 * np.sin(x / 7.0) + 10 * np.sin(y / 11.0 + x / 23.0)
    wall = np.stack([150 + stripes, 160 + stripes, 172 + 0.5 * stripes], -1)
    return np.ascontiguousarray(wall.astype(np.uint8))


def _draw_eye(
    picture: Picture, lids: NDArray[np.float32], iris: NDArray[np.float32], size: float
) -> None:
    """White and iris within the lids, and their rim."""
    seen = picture.copy()
    _fill(seen, lids, WHITE)
    _disc(seen, iris, 0.035 * size, IRIS)
    opening = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(opening, [_fixed(lids)], 255, cv2.LINE_AA, SUBPIXEL_BITS)
    share = opening[..., None] / np.float32(255)
    picture[:] = (share * seen + (1 - share) * picture).astype(np.uint8)
    _line(picture, lids[:9], SHADE)


def _fill(picture: Picture, points: NDArray[np.float32], colour: tuple[int, int, int]) -> None:
    cv2.fillPoly(picture, [_fixed(points)], colour, cv2.LINE_AA, SUBPIXEL_BITS)


def _line(picture: Picture, points: NDArray[np.float32], colour: tuple[int, int, int]) -> None:
    cv2.polylines(picture, [_fixed(points)], False, colour, 1, cv2.LINE_AA, SUBPIXEL_BITS)


def _disc(
    picture: Picture,
    centre: NDArray[np.float32],
    radius: float,
    colour: tuple[int, int, int],
) -> None:
    around = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    rim = centre + radius * np.stack((np.cos(around), np.sin(around)), -1)
    _fill(picture, rim.astype(np.float32), colour)


def _fixed(points: NDArray[np.float32]) -> NDArray[np.int32]:
    """Px to cv2's fixed point, whose (0, 0) is the centre of the first pixel."""
    fixed: NDArray[np.int32] = np.round((points - 0.5) * 2**SUBPIXEL_BITS).astype(np.int32)
    return fixed
