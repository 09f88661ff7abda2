"""Blinks: a renewal process with the person's rate, and the person's own closures."""

from collections.abc import Sequence

import attrs
import numpy as np
import torch
from torch import Tensor

from visemix.core.measures import blinks, eye_aspect_ratio
from visemix.core.shapes import Value
from visemix.core.values.subject import Subject

USUAL_RATE, USUAL_S = 0.3, 0.25
"""Blinks per second and seconds of a blink, of a person who was not watched."""

SLOWEST_RATE = 0.1
"""Blinks per second of somebody who was watched and did not blink."""

WATCHED_S = 8.0
"""Shorter references say nothing of the rate."""

REGULARITY = 6.0
"""Shape of the gamma distribution of the times between blinks."""

SHUT = 5.0
LEAD = 2
"""Frames before and after a closure that belong to its curve."""


@attrs.frozen(eq=False)
class Blinker(Value):
    """When and how a person blinks.

    Attributes:
        gap: mean frames from one blink to the next.
        curves: AU45 [n] of one blink each, 0 to 5.
        rest: AU45 between blinks.
        seed: of the times.
    """

    gap: float
    curves: Sequence[Tensor]
    rest: float
    seed: int

    def begin(self) -> "Blinking":
        """Before the first frame."""
        first = self._random(0).uniform(0.2, 1.0) * self.gap
        return Blinking(0, int(first), 0)

    def draw(self, frames: int, now: "Blinking") -> tuple[Tensor, "Blinking"]:
        """AU45 of the next ``frames`` frames, and the state after them."""
        curve = torch.full((frames,), self.rest)
        end = now.frame + frames
        blink, start = now.blink, now.start
        while start < end:
            shape = self._curve(blink)
            first, last = max(start, now.frame), min(start + len(shape), end)
            if first < last:
                piece = shape[first - start : last - start]
                place = slice(first - now.frame, last - now.frame)
                curve[place] = torch.maximum(curve[place], piece)
            if start + len(shape) > end:
                break
            blink, start = blink + 1, self._after(blink, start, len(shape))
        return curve, Blinking(end, start, blink)

    def _curve(self, blink: int) -> Tensor:
        return self.curves[int(self._random(blink, 1).integers(len(self.curves)))]

    def _after(self, blink: int, start: int, length: int) -> int:
        wait = self._random(blink, 2).gamma(REGULARITY, self.gap / REGULARITY)
        return start + max(round(wait), length)

    def _random(self, *counters: int) -> np.random.Generator:
        """The n-th blink has its own numbers, so nothing depends on how frames are grouped."""
        return np.random.default_rng((self.seed, *counters))


@attrs.frozen
class Blinking:
    """Where in time a blinker is.

    Attributes:
        frame: the next one.
        start: first frame of the blink that is coming or not over.
        blink: its number.
    """

    frame: int
    start: int
    blink: int


def blinker_of(subject: Subject, fps: float, seed: int) -> Blinker:
    """How this person blinks; as people do where the reference does not say."""
    seen = subject.statistics
    watched = not subject.photo and len(subject.track.found) / subject.fps >= WATCHED_S
    rate = max(seen.blinks_per_s, SLOWEST_RATE) if watched else USUAL_RATE
    rest, curves = _seen_curves(subject) if not subject.photo else (0.0, [])
    if not curves:
        curves = [usual_curve(seen.blink_s or USUAL_S, fps)]
    return Blinker(fps / rate, curves, rest, seed)


def usual_curve(seconds: float, fps: float) -> Tensor:
    """AU45 of one blink that keeps the eyes less than 60 % open for ``seconds``.

    >>> [round(x, 1) for x in usual_curve(0.16, 25.0).tolist()]
    [2.5, 5.0, 5.0, 3.3, 1.7]
    """
    shut = max(1, round(seconds * fps) - 2)
    return torch.tensor([SHUT / 2, *[SHUT] * shut, SHUT * 2 / 3, SHUT / 3])


def _seen_curves(subject: Subject) -> tuple[float, list[Tensor]]:
    """The lids between blinks, and every whole closure of the reference."""
    lids = subject.fit.attributes.blink
    if lids is None:
        return 0.0, []
    rest = float(lids.median().clamp(0, 1.5))
    curves = []
    for blink in blinks(eye_aspect_ratio(subject.track.landmarks)):
        first, last = blink.start - LEAD, blink.stop + LEAD
        if first >= 0 and last <= len(lids):
            curve = _one_closure(lids[first:last])
            scaled = curve * (SHUT / curve.max().clamp_min(1e-3)).clamp(1, 2)
            curves.append(scaled.clamp(0, SHUT))  # rounding may pass the limit
    return rest, curves


def _one_closure(lids: Tensor) -> Tensor:
    """The same without a second blink in it: rising to the peak, falling after it."""
    peak = int(lids.argmax())
    before = lids[: peak + 1].flip(0).cummin(0).values.flip(0)
    after = lids[peak:].cummin(0).values
    return torch.cat((before, after[1:]))
