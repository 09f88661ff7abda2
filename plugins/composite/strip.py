"""A patch of the face spanned by two corners: coordinates along and across it."""

from collections.abc import Sequence

import attrs
import numpy as np

from visemix.plugins.composite.compiled import Bytes, Floats, Numbers
from visemix.plugins.composite.sampling import sample


@attrs.frozen(eq=False)
class Axis:
    """u runs from one corner to the other (0 to 1), v downwards in the same unit.

    Attributes:
        origin: [2] first corner, px.
        across, down: [2] px of one unit of u and of v.
    """

    origin: Floats
    across: Floats
    down: Floats

    @staticmethod
    def between(landmarks: Floats, left: int, right: int) -> "Axis":
        """From landmark to landmark, as seen in the picture."""
        across = (landmarks[right, :2] - landmarks[left, :2]).astype(np.float32)
        down = np.array((-across[1], across[0]), np.float32)
        return Axis(landmarks[left, :2].astype(np.float32), across, down)

    @property
    def width(self) -> float:
        """Distance of the corners, at least a thousandth of a pixel."""
        return max(float(np.hypot(*self.across)), 1e-3)

    def uv(self, points: Floats) -> Floats:
        """Px [..., 2] to (u, v)."""
        away = points - self.origin
        n = np.float32(1 / self.width**2)
        return np.asarray(np.stack([away @ self.across, away @ self.down], -1) * n, np.float32)

    def px(self, u: Numbers, v: Numbers) -> Floats:
        """(u, v) to px [..., 2]."""
        place = self.origin + u[..., None] * self.across + v[..., None] * self.down
        return np.asarray(place, np.float32)

    def line(self, landmarks: Floats, points: Sequence[int], u: Floats) -> Floats:
        """The v at ``u`` of a line of landmarks, smooth, held constant beyond its ends."""
        line = self.uv(landmarks[list(points), :2])
        line = line[np.argsort(line[:, 0])]
        place = np.linspace(line[0, 0], line[-1, 0], 33, dtype=np.float32)
        v = np.interp(place, line[:, 0], line[:, 1])
        # The corners of the polygon would show as notches in the edge.
        padded = np.pad(v, 2, mode="reflect", reflect_type="odd")
        v = np.convolve(padded, (0.1, 0.2, 0.4, 0.2, 0.1), "valid")
        return np.asarray(np.interp(u, place, v), np.float32)

    def sample(self, picture: Bytes, u: Numbers, v: Numbers) -> Floats:
        """Colours [h, w, 3] of ``picture`` at (u, v) [h, w]."""
        return sample(picture, self.px(u, v))


@attrs.frozen(eq=False)
class Patch:
    """Pixels of a rectangle of a picture.

    Attributes:
        view: [h, w, 3], writes go through.
        u, v: [h, w] their place.
    """

    view: Bytes
    u: Floats
    v: Floats

    @staticmethod
    def of(picture: Bytes, points: Floats, axis: Axis, margin: float) -> "Patch":
        """The rectangle around points [P, 2] px, grown by ``margin`` px, cut to the picture."""
        limit = np.array(picture.shape[1::-1])
        low = np.clip(np.floor(points.min(0) - margin).astype(int), 0, limit)
        high = np.clip(np.ceil(points.max(0) + margin).astype(int) + 1, low, limit)
        y, x = np.mgrid[low[1] : high[1], low[0] : high[0]].astype(np.float32)
        uv = axis.uv(np.stack([x, y], -1))
        return Patch(picture[low[1] : high[1], low[0] : high[0]], uv[..., 0], uv[..., 1])

    def blend(self, colour: Numbers, mask: Numbers) -> None:
        """Paint ``colour`` [h, w, 3] where ``mask`` [h, w] is 1."""
        k = mask[..., None]
        self.view[:] = np.clip(k * colour + (1 - k) * self.view + 0.5, 0, 255).astype(np.uint8)


def ramp(x: Numbers, width: float) -> Floats:
    """Smooth step from 0 at x = -width to 1 at x = width."""
    t = np.clip(x / width * 0.5 + 0.5, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
