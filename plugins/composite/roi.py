"""A rectangle of the frame."""

import attrs

from visemix.plugins.composite.compiled import Bytes, Numbers


@attrs.frozen
class Roi:
    """Columns x to x + w and rows y to y + h of a frame; never empty.

    Attributes:
        x, y: its first column and row.
        w, h: its size, px.
    """

    x: int
    y: int
    w: int
    h: int

    @staticmethod
    def around(
        points: Numbers, margin: tuple[float, float, float], frame: tuple[int, int]
    ) -> "Roi":
        """The box around points [V, 2 or 3], grown and cut to the frame.

        Args:
            points: px.
            margin: room beside, above and below, px.
            frame: height and width, px.
        """
        beside, above, below = margin
        low, high = points[:, :2].min(0), points[:, :2].max(0)
        x0 = min(max(0, int(low[0] - beside)), frame[1] - 1)
        y0 = min(max(0, int(low[1] - above)), frame[0] - 1)
        x1 = min(frame[1], int(high[0] + beside) + 2)
        y1 = min(frame[0], int(high[1] + below) + 2)
        return Roi(x0, y0, max(1, x1 - x0), max(1, y1 - y0))

    def of(self, picture: Bytes) -> Bytes:
        """The view of ``picture`` inside."""
        return picture[self.y : self.y + self.h, self.x : self.x + self.w]
