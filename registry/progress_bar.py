"""Progress on a terminal: a bar with a time estimate; nothing where nobody looks."""

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
    """

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
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
        self._console.print(f"note: {message}", highlight=False, markup=False, soft_wrap=True)
