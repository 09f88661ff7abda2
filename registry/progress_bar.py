"""Progress on a terminal: a bar with a time estimate; nothing where nobody looks."""

import contextlib
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class ProgressBar:
    """Shows tasks on standard error; implements core.progress.Progress.

    Bars vanish when the command ends; notes stay.

    Attributes:
        notes: what the user was told, each once.
    """

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self.notes: list[str] = []

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def begin(self, task: str, total: int | None) -> None:
        """See core.progress.Progress."""
        self._tasks[task] = self._bar.add_task(task, total=total)

    def advance(self, task: str, steps: int) -> None:
        """See core.progress.Progress."""
        self._bar.advance(self._tasks[task], steps)

    def end(self, task: str) -> None:
        """See core.progress.Progress."""
        self._bar.remove_task(self._tasks.pop(task))

    def note(self, message: str) -> None:
        """See core.progress.Progress."""
        if message not in self.notes:
            self.notes.append(message)
            text = f"note: {message}"
            self._console.print(text, highlight=False, markup=False, emoji=False, soft_wrap=True)

    @contextlib.contextmanager
    def task(self, name: str) -> Iterator[None]:
        """Something of unknown length, for as long as the block lasts."""
        self.begin(name, None)
        try:
            yield
        finally:
            self.end(name)
