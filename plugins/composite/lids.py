"""Closes eyelids over an open eye: skin from above covers it, the lashes keep their length.

Widths and thresholds were set by eye.
"""

import attrs
import numpy as np

from visemix.plugins.composite.compiled import Bytes, Floats, Numbers
from visemix.plugins.composite.strip import Axis, Patch, ramp

LASHES = 0.09
"""Height of the strip that stays at the lid's edge, eye widths."""

CLOSING = 0.8
"""An eye less open than this share of the source's gets painted lids."""

SHUT = (0.2, 0.45)
"""Below the first share its lids meet: trackers leave a gap between the lids of a shut eye. Above
the second they are where the landmarks say."""

STRETCH = np.float32(0.25)
"""How much of the skin above is drawn out over the lid, of its height."""

BELOW_LID = 0.03
"""How far below the landmarks of the lower lid the white of the eye still shows, eye widths."""

ABOVE_CREASE = 0.07
"""How far above the crease the skin is painted, against the tips of lashes, eye widths."""


@attrs.frozen
class Eye:
    """Landmarks of one eye; from left to right as seen in the picture.

    Attributes:
        left, right: corners.
        upper, lower: edges of the lids.
        crease: where the lid folds.
        skin: between crease and brow.
        high, low: middle of the lids.
    """

    left: int
    right: int
    upper: tuple[int, ...]
    lower: tuple[int, ...]
    crease: tuple[int, ...]
    skin: tuple[int, ...]
    high: int
    low: int

    def openness(self, points: Floats) -> float:
        """Lid gap over eye width."""
        gap = np.linalg.norm(points[self.high, :2] - points[self.low, :2])
        width = np.linalg.norm(points[self.left, :2] - points[self.right, :2])
        return float(gap / (width + 1e-3))


EYES = (
    Eye(
        33,
        133,
        (33, 246, 161, 160, 159, 158, 157, 173, 133),
        (33, 7, 163, 144, 145, 153, 154, 155, 133),
        (247, 30, 29, 27, 28, 56, 190),
        (225, 224, 223, 222, 221),
        159,
        145,
    ),
    Eye(
        362,
        263,
        (362, 398, 384, 385, 386, 387, 388, 466, 263),
        (362, 382, 381, 380, 374, 373, 390, 249, 263),
        (414, 286, 258, 257, 259, 260, 467),
        (441, 442, 443, 444, 445),
        386,
        374,
    ),
)


def paint_lids(frame: Bytes, target: Floats, picture: Bytes, source: Floats) -> None:
    """Redraw the upper lids where they close, in place.

    An eye as open as in the source stays untouched.

    Args:
        frame: [H, W, 3].
        target: [478, 3] landmarks in it.
        picture: the reference picture that the eyes were taken from.
        source: [478, 3] landmarks in that.
    """
    for eye in EYES:
        was, now = eye.openness(source), eye.openness(target)
        amount = float(np.clip((CLOSING - now / max(was, 0.02)) / 0.3, 0, 1))
        if amount > 0 and was > 0.12:
            meet = float(np.clip((SHUT[1] - now / was) / (SHUT[1] - SHUT[0]), 0, 1))
            _paint(frame, eye, (target, source), picture, (amount, meet))


def _paint(
    frame: Bytes, eye: Eye, to_from: tuple[Floats, Floats], picture: Bytes, how: tuple[float, float]
) -> None:
    amount, meet = how
    target, source = to_from
    axis = Axis.between(target, eye.left, eye.right)
    origin = Axis.between(source, eye.left, eye.right)
    patch = Patch.of(frame, target[list(eye.upper + eye.lower + eye.skin), :2], axis, 2)
    u, v = patch.u, patch.v
    top, edge = axis.line(target, eye.crease, u), axis.line(target, eye.upper, u)
    edge = edge + np.float32(meet) * (axis.line(target, eye.lower, u) + BELOW_LID - edge)
    lash = origin.sample(picture, u, origin.line(source, eye.upper, u) + v - edge)
    near = ramp(v - edge + LASHES, 0.05)[..., None]
    skin = _skin(eye, source, origin, picture, (u, v - 0.5 * (top + edge)))
    shade = 1.04 - 0.2 * np.clip((v - top) / np.maximum(edge - top, 0.05), 0, 1)
    mask = ramp(v - top + ABOVE_CREASE, 0.07) * ramp(edge - v, 1.0 / axis.width)
    mask = mask * ramp(u - 0.08, 0.08) * ramp(0.92 - u, 0.08)
    lid = (1 - near) * skin * shade[..., None] + near * lash
    patch.blend(lid, np.float32(amount) * mask)


def _skin(
    eye: Eye, source: Floats, origin: Axis, picture: Bytes, place: tuple[Numbers, Numbers]
) -> Floats:
    """The skin above the crease, drawn out over the lid [h, w, 3].

    Mostly smooth colour, with some of the skin as it is, so that the lid is not flat.

    Args:
        eye: which eye.
        source: landmarks in ``picture``.
        origin: its axis there.
        picture: the reference picture.
        place: [h, w] u, and v from the middle of the lid.
    """
    u, away = place
    at = origin.uv(source[list(eye.skin), :2])
    at = at[np.argsort(at[:, 0])]
    spread = np.linspace(-0.04, 0.04, 5, dtype=np.float32)  # eye widths up and down
    seen = origin.sample(picture, np.repeat(at[:, :1], 5, 1), at[:, 1:] + spread)
    rows = np.median(seen, axis=1)  # a hair or the brow must not set the colour
    rows = 0.5 * rows + 0.5 * rows.mean(0)
    smooth = np.stack([np.interp(u, at[:, 0], rows[:, c]) for c in range(3)], -1)
    line = np.interp(u, at[:, 0], at[:, 1]).astype(np.float32)
    real = origin.sample(picture, u, line + STRETCH * away)
    return np.asarray(0.7 * smooth + 0.3 * real, np.float32)
