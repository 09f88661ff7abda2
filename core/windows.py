"""How much past and future a stage needs, and the one runner that feeds it.

A stage is called with ``past`` + n + ``future`` frames, n <= ``block``, and returns n frames.
Blocks are anchored at frame 0, so the calls are the same however the input arrives: a stream gives
the same frames as a file. Outside the clip the first and last frame are repeated.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

import attrs

from visemix.core.errors import InvalidValue
from visemix.core.shapes import Value
from visemix.core.timeline import cut, join, length

I_ = TypeVar("I_", bound=Value)
O_ = TypeVar("O_", bound=Value)


@attrs.frozen
class Window:
    """Frames that a stage looks at.

    Attributes:
        block: frames it makes per call (the last call may make fewer).
        past: frames it sees before them.
        future: frames it sees after them; this is its latency.

    >>> Window(block=25, past=2).total
    27
    """

    block: int
    past: int = 0
    future: int = 0

    def __attrs_post_init__(self) -> None:
        if self.block < 1 or self.past < 0 or self.future < 0:
            raise InvalidValue(f"expected block >= 1, past and future >= 0, got {self}")

    @property
    def total(self) -> int:
        """Frames of a full call."""
        return self.past + self.block + self.future


@attrs.frozen
class Step(Generic[O_]):
    """What one call of a stage gives.

    Attributes:
        output: n frames.
        state: whatever the stage wants to see again in the next call.
    """

    output: O_
    state: object = None


class Windowed(Generic[I_, O_]):
    """Feeds one stage window by window.

    Args:
        window: what the stage needs.
        step: called with the window's input and the carried state.
        state: the state before the first call.

    >>> import torch
    >>> from visemix.core.values.frames import Frames
    >>> clip = Frames(torch.zeros(7, 3, 2, 2, dtype=torch.uint8), fps=25.0)
    >>> stage = Windowed(Window(block=3, past=1), lambda x, state: Step(cut(x, 1, length(x))))
    >>> [length(part) for part in stage.run([cut(clip, 0, 2), cut(clip, 2, 7)])]
    [3, 3, 1]
    """

    def __init__(
        self, window: Window, step: Callable[[I_, object], Step[O_]], state: object = None
    ) -> None:
        self._window = window
        self._step = step
        self._state = state
        self._held: I_ | None = None
        self._held_from = 0  # frame number of the first held frame
        self._next = 0  # first frame not yet made

    def run(self, parts: Iterable[I_]) -> Iterator[O_]:
        """Everything: the input in parts of any length, the output block by block."""
        for part in parts:
            yield from self.push(part)
        yield from self.finish()

    def push(self, part: I_) -> Iterator[O_]:
        """Take more input; give the blocks that can be made now."""
        self._held = part if self._held is None else join([self._held, part])
        while self._end() >= self._next + self._window.block + self._window.future:
            yield self._make(self._window.block)

    def finish(self) -> Iterator[O_]:
        """The input has ended; give the rest."""
        while self._held is not None and self._next < self._end():
            yield self._make(min(self._window.block, self._end() - self._next))

    def _end(self) -> int:
        return self._held_from + (length(self._held) if self._held is not None else 0)

    def _make(self, count: int) -> O_:
        assert self._held is not None
        window, first = self._window, self._next - self._held_from
        view = cut(self._held, first - window.past, first + count + window.future)
        result = self._step(view, self._state)
        self._state = result.state
        self._next += count
        self._forget()
        return result.output

    def _forget(self) -> None:
        assert self._held is not None
        keep_from = max(self._next - self._window.past, 0) - self._held_from
        keep_from = min(keep_from, length(self._held) - 1)  # the last frame pads the end
        if keep_from > 0:
            self._held = cut(self._held, keep_from, length(self._held))
            self._held_from += keep_from
