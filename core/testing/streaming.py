"""What every windowed stage must do, whatever passes through it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

import attrs

from visemix.core.shapes import Value
from visemix.core.testing.expectations import expect_frames, expect_same
from visemix.core.timeline import cut, join, length
from visemix.core.windows import Step, Window, Windowed

I_ = TypeVar("I_", bound=Value)
O_ = TypeVar("O_", bound=Value)

PIECES = (1, 2, 5, 3, 13)
"""Lengths of the pieces in which a stream arrives, in turn, frames."""


@attrs.frozen(eq=False)
class Stage(Generic[I_, O_]):
    """One windowed stage, ready to be begun again and again.

    Attributes:
        window: what it says it needs.
        step: its method.
        begin: gives a new state.
    """

    window: Window
    step: Callable[[I_, object], Step[O_]]
    begin: Callable[[], object]

    def run(self, parts: Iterable[I_]) -> O_:
        """Everything that comes out, joined."""
        return join(list(self.runner().run(parts)))

    def runner(self) -> Windowed[I_, O_]:
        """A runner at frame 0."""
        return Windowed(self.window, self.step, self.begin())


def check_stage(stage: Stage[I_, O_], clip: I_) -> O_:
    """Every check below; what the stage makes of ``clip``.

    Raises:
        Nonconforming: says what is wrong.
    """
    check_lengths(stage, clip)
    whole = stage.run([clip])
    expect_frames(whole, length(clip), f"a clip of {length(clip)} frames")
    expect_same(stage.run([clip]), whole, "the same input must give the same output")
    expect_same(stage.run(pieces(clip)), whole, "a stream must give what the file gives")
    check_interleaved(stage, clip, whole)
    return whole


def check_lengths(stage: Stage[I_, O_], clip: I_) -> None:
    """A call with past + n + future frames gives n, for the smallest and the largest n.

    Raises:
        Nonconforming: it gives another number.
    """
    window = stage.window
    for count in sorted({1, min(window.block, length(clip))}):
        view = cut(clip, -window.past, count + window.future)
        made = stage.step(view, stage.begin()).output
        expect_frames(made, count, f"a call with {window.past} + {count} + {window.future} frames")


def check_interleaved(stage: Stage[I_, O_], clip: I_, whole: O_) -> None:
    """Two streams through one part do not disturb each other: memory is in the state only.

    Raises:
        Nonconforming: they do.
    """
    first, second = stage.runner(), stage.runner()
    made: list[O_] = []
    for piece in pieces(clip):
        made.extend(first.push(piece))
        list(second.push(piece))
        list(second.push(piece))
    made.extend(first.finish())
    what = "two streams at once must not disturb each other (keep memory in the state)"
    expect_same(join(made), whole, what)


def pieces(clip: I_) -> Iterator[I_]:
    """``clip`` as a stream brings it, in uneven pieces."""
    start, turn = 0, 0
    while start < length(clip):
        stop = min(start + PIECES[turn % len(PIECES)], length(clip))
        yield cut(clip, start, stop)
        start, turn = stop, turn + 1
