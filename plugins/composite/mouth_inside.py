"""The inside of a mouth that opens further than the source shows.

Real teeth are kept, neutral ones and the cavity are drawn. Colours and thresholds were set by eye.
"""

import attrs
import numpy as np

from visemix.plugins.composite.compiled import Bytes, Floats
from visemix.plugins.composite.regions import LIPS_LOWER, LIPS_UPPER
from visemix.plugins.composite.strip import Axis, Patch, ramp

RIGHT, LEFT = LIPS_UPPER[0], LIPS_UPPER[-1]
TOOTH = (0.94, 0.88, 0.80)
"""RGB of a neutral tooth relative to the light on the face."""

DARK = (0.24, 0.15, 0.16)
"""RGB of the cavity relative to the skin."""

SKIN = (50, 280, 205, 425, 151)
"""Cheeks and forehead."""

SHARED_OPENING = 1.15
"""A source's inside may be stretched by that much before it is drawn anew."""


@attrs.frozen(eq=False)
class Palette:
    """Colours of teeth and cavity.

    Attributes:
        teeth, cavity: [3] RGB, levels of 255.
    """

    teeth: Floats
    cavity: Floats

    @staticmethod
    def of(colours: Floats) -> "Palette":
        """From vertex colours [478, 3] of the person: light and skin set both."""
        skin = colours[list(SKIN)].mean(0)
        light = min(0.98 * float(np.percentile(colours.max(1), 90)), 215.0)
        teeth = np.array(TOOTH, np.float32) * np.float32(light)
        return Palette(teeth, (skin * np.array(DARK)).astype(np.float32))


def opening(landmarks: Floats) -> float:
    """Inner lip gap over mouth width."""
    gap = np.linalg.norm(landmarks[13, :2] - landmarks[14, :2])
    width = np.linalg.norm(landmarks[RIGHT, :2] - landmarks[LEFT, :2])
    return float(gap / (width + 1e-3))


def strength(target: Floats, source: Floats) -> float:
    """How much to draw: 0 while the source's own inside need not stretch, up to 1."""
    extra = opening(target) - SHARED_OPENING * opening(source)
    return float(np.clip((extra - 0.01) / 0.03, 0, 1))


def paint_mouth(
    frame: Bytes, target: Floats, picture: Bytes, source: Floats, palette: Palette
) -> None:
    """Redraw what lies between the inner lips, in place.

    The source's teeth hang from the upper lip unstretched; a nearly closed mouth gets neutral ones.

    Args:
        frame: [H, W, 3].
        target: [478, 3] landmarks in it.
        picture: the reference picture that the mouth was taken from.
        source: [478, 3] landmarks in that.
        palette: what to draw with.
    """
    amount = strength(target, source)
    if amount <= 0:
        return
    axis, origin = Axis.between(target, RIGHT, LEFT), Axis.between(source, RIGHT, LEFT)
    lips = target[list(LIPS_UPPER + LIPS_LOWER), :2]
    patch = Patch.of(frame, lips, axis, 3)
    u = patch.u
    top, bottom = axis.line(target, LIPS_UPPER, u), axis.line(target, LIPS_LOWER, u)
    first, last = origin.line(source, LIPS_UPPER, u), origin.line(source, LIPS_LOWER, u)
    below = patch.v - top
    soft = 1.0 / axis.width
    mask = ramp(below, soft) * ramp(bottom - patch.v, soft) * ramp(u, soft) * ramp(1 - u, soft)
    known = np.float32(np.clip((opening(source) - 0.07) / 0.05, 0, 1))
    dark = _cavity(u, below, palette)
    own = origin.sample(picture, u, np.minimum(first + below, last))
    own_row = ramp(0.9 * (last - first) - below, 0.03)[..., None]
    row = _row(u, below, soft)[..., None]
    drawn = row * _teeth(u, below, palette) + (1 - row) * dark
    inside = known * (own_row * own + (1 - own_row) * dark) + (1 - known) * drawn
    patch.blend(np.asarray(inside, np.float32), np.float32(amount) * mask)


def _row(u: Floats, below: Floats, soft: float) -> Floats:
    """Where the drawn teeth are: lower towards the middle, not in the corners."""
    x = u - np.float32(0.5)
    return ramp(0.105 - 0.3 * x * x - below, soft) * ramp(0.36 - np.abs(x), 0.05)


def _teeth(u: Floats, below: Floats, palette: Palette) -> Floats:
    x = np.abs(u - 0.5)
    gaps = 1 - 0.1 * np.exp(-(((x % 0.1) - 0.05) ** 2) / (2 * 0.008**2))
    shade = (1 - 1.6 * x * x) * (0.7 + 0.3 * np.clip(below / 0.05, 0, 1)) * gaps
    return np.asarray(palette.teeth * shade[..., None], np.float32)


def _cavity(u: Floats, below: Floats, palette: Palette) -> Floats:
    """Dark, darkest in the middle, with a hint of tongue far below."""
    x = np.abs(u - 0.5)
    depth = np.clip(1.25 - 1.8 * np.abs(below - 0.16) - x, 0.45, 1)[..., None]
    tongue = ramp(below - 0.24, 0.1) * np.clip(1 - 2 * x, 0, 1)
    red = tongue[..., None] * np.array((38.0, 19.0, 19.0), np.float32)
    return np.asarray(palette.cavity * (1.45 - 0.65 * depth) + red, np.float32)
