"""Lays frames with any presentation times on a constant grid."""

from collections.abc import Iterator
from typing import Generic, TypeVar

import attrs

T = TypeVar("T")


@attrs.frozen
class Timed(Generic[T]):
    """Something shown from a moment on.

    Attributes:
        time_s: when it appears, seconds from the file's time zero.
        length_s: how long it stays if nothing follows.
        picture: what is shown.
    """

    time_s: float
    length_s: float
    picture: T


def on_grid(frames: Iterator[Timed[T]], fps: float, reach_s: float) -> Iterator[T]:
    """The frame that is on screen at 0, 1/fps, 2/fps, ... seconds.

    A frame stays until the next one appears, and the first one is also shown before its time.
    A frame that appears up to ``reach_s`` after the grid time is taken already: half the smaller
    of the two frame intervals makes the choice the nearest frame, without drift by rounding.

    >>> shown = [Timed(0.0, 0.5, "a"), Timed(0.5, 0.5, "b"), Timed(2.0, 0.5, "c")]
    >>> "".join(on_grid(iter(shown), fps=4.0, reach_s=0.125))
    'aabbbbbbcc'
    """
    count = 0
    last: Timed[T] | None = None
    for frame in frames:
        while last is not None and count / fps + reach_s < frame.time_s - 1e-6:
            yield last.picture
            count += 1
        last = frame
    if last is None:
        return
    total = max(1, round((last.time_s + last.length_s) * fps))
    for _ in range(count, total):
        yield last.picture
