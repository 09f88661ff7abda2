"""Telling the user how far a long job is; the core reports, the command line shows."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

X = TypeVar("X")


class Progress(Protocol):
    """Somebody who wants to know."""

    def begin(self, task: str, total: int | None) -> None:
        """A new task starts; ``total`` is its number of steps, None when unknown."""
        ...

    def advance(self, task: str, steps: int) -> None:
        """``steps`` more are done."""
        ...

    def end(self, task: str) -> None:
        """The task is over."""
        ...

    def note(self, message: str) -> None:
        """Something the user should know."""
        ...


class Quiet:
    """Nobody wants to know."""

    def begin(self, task: str, total: int | None) -> None:
        """See Progress."""

    def advance(self, task: str, steps: int) -> None:
        """See Progress."""

    def end(self, task: str) -> None:
        """See Progress."""

    def note(self, message: str) -> None:
        """See Progress."""


def watch(items: Iterable[X], progress: Progress, task: str, total: int | None) -> Iterator[X]:
    """``items``, each counted as one step of ``task``."""
    progress.begin(task, total)
    try:
        for item in items:
            yield item
            progress.advance(task, 1)
    finally:
        progress.end(task)
