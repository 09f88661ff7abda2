"""View: a part of a picture, enlarged or with a margin around it."""

from collections.abc import Iterator

import attrs
import cv2
import numpy as np

from visemix.core.values.subject import Picture
from visemix.plugins.mediapipe_tracker.engine import Landmarks


@attrs.frozen
class View:
    """A rectangle of a picture; part of it may lie beyond the picture's edges.

    Attributes:
        left, top: its corner, px of the picture.
        width, height: its size, px of the picture.
        scale: px of the view per px of the picture.
    """

    left: int
    top: int
    width: int
    height: int
    scale: float = 1.0

    @staticmethod
    def whole(picture: Picture, scale: float = 1.0) -> "View":
        """All of ``picture``."""
        return View(0, 0, picture.shape[1], picture.shape[0], scale)

    def shrunk(self, longest: int) -> "View":
        """The same part, scaled down to at most ``longest`` px."""
        return attrs.evolve(self, scale=min(self.scale, longest / max(self.width, self.height)))

    @staticmethod
    def around(face: Landmarks, side: int) -> "View":
        """A square centred on a face."""
        x, y = (face[:, :2].min(0) + face[:, :2].max(0)) / 2
        return View(round(x - side / 2), round(y - side / 2), side, side)

    def of(self, picture: Picture) -> Picture:
        """The pixels; outside the picture its border is repeated."""
        height, width = picture.shape[:2]
        right, bottom = self.left + self.width, self.top + self.height
        part = picture[max(self.top, 0) : bottom, max(self.left, 0) : right]
        if self.scale != 1:  # before the margins, which cost less on a small picture
            part = _resized(part, self.scale)
        outside = (-self.top, bottom - height, -self.left, right - width)
        above, below, before, after = (max(round(px * self.scale), 0) for px in outside)
        if above or below or before or after:
            part = np.pad(part, ((above, below), (before, after), (0, 0)), mode="edge")
        return np.ascontiguousarray(part)

    def to_picture(self, face: Landmarks) -> Landmarks:
        """Landmarks in px of the view to px of the picture."""
        return face / np.float32(self.scale) + np.array([self.left, self.top, 0], np.float32)


def _resized(part: Picture, scale: float) -> Picture:
    height, width = part.shape[:2]
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, size, interpolation=way), np.uint8)


def tiles(picture: Picture, side: int) -> Iterator[View]:
    """Squares of ``side`` px that cover ``picture`` and overlap by half."""
    height, width = picture.shape[:2]
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield View(left, top, min(side, width), min(side, height))


def _starts(length: int, side: int) -> list[int]:
    if length <= side:
        return [0]
    count = -(-(length - side) * 2 // side) + 1
    return [round(i * (length - side) / (count - 1)) for i in range(count)]
