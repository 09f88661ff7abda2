"""Runs the tasks of a comparison: every clip first, then every case."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Protocol as Interface
from typing import TypeVar

import attrs

from visemix.registry.comparing.jobs import (
    Answer,
    ClipJob,
    DescribeJob,
    JudgeJob,
    MakeJob,
    answer_of,
    to_line,
)
from visemix.registry.comparing.processes import Process

T = TypeVar("T")


@attrs.frozen
class CaseTask:
    """A video to make and to judge.

    Attributes:
        make: how it is made.
        judge: how it is judged.
    """

    make: MakeJob
    judge: JudgeJob


Task = ClipJob | DescribeJob | CaseTask


@attrs.frozen
class Limits:
    """How tasks are run.

    Attributes:
        log: folder of what processes print.
        jobs: tasks at once.
        limit_s: seconds after which one counts as hanging; None for never.
    """

    log: Path
    jobs: int = 1
    limit_s: float | None = None


class Runner(Interface):
    """Somebody who does tasks."""

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Answer]]:
        """Do them in any order; the number of each and what became of it, as it is done."""
        ...


class LocalRunner:
    """Does tasks in processes of this machine.

    Args:
        limits: how.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._own = threading.local()
        self._processes: list[Process] = []

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Answer]]:
        """See Runner."""
        pool = ThreadPoolExecutor(self._limits.jobs, thread_name_prefix="visemix-compare")
        try:
            yield from in_order_of_end(pool, [self._job(task) for task in tasks])
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in self._processes:
                process.stop()
            self._processes.clear()
            self._own = threading.local()

    def _job(self, task: Task) -> Callable[[], Answer]:
        return lambda: do_task(task, self._process(), self._limits)

    def _process(self) -> Process:
        """The process of this thread, for everything whose time is not measured."""
        found: Process | None = getattr(self._own, "process", None)
        if found is None:
            found = process_of(self._limits, threading.current_thread().name)
            self._own.process = found
            self._processes.append(found)
        return found


def in_order_of_end(
    pool: ThreadPoolExecutor, jobs: Sequence[Callable[[], T]]
) -> Iterator[tuple[int, T]]:
    """Call every job in the pool; its number and its result, as it is done."""
    waiting = {pool.submit(job): number for number, job in enumerate(jobs)}
    for done in as_completed(waiting):
        yield waiting[done], done.result()


def process_of(limits: Limits, name: str) -> Process:
    """A process with a log of its own."""
    return Process(limits.log / f"{name}.log", limits.jobs, limits.limit_s)


def do_task(task: Task, process: Process, limits: Limits) -> Answer:
    """Do one task.

    Args:
        task: which.
        process: for everything whose time is not measured.
        limits: of other processes.
    """
    if not isinstance(task, CaseTask):
        return process.do(task)
    made = make_case(task.make, process, limits)
    return made if made.trouble is not None else process.do(task.judge)


def make_case(job: MakeJob, process: Process, limits: Limits) -> Answer:
    """Make a video in a process of its own, because the time it takes to start one counts."""
    told = trouble_file(job.folder)
    if told.exists():
        return answer_of(told.read_text())
    if job.asked.control or job.folder.exists():
        return process.do(job)
    with process_of(limits, f"make-{job.folder.name}") as own:
        answer = own.do(attrs.evolve(job, started=time.time()))
    if answer.trouble is not None:
        part = told.with_name(f".{told.name}.part")
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(to_line(answer))
        part.replace(told)
    return answer


def trouble_file(folder: Path) -> Path:
    """Where it is kept that a case could not be made; it is not tried again without --retry."""
    return folder.with_name(f"{folder.name}.failed")
