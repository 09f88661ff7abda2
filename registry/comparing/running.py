"""Runs the tasks of a comparison: every clip first, then every case."""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Protocol as Interface

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


@attrs.frozen
class CaseTask:
    """A video to make and to judge.

    Attributes:
        make: how it is made.
        judge: how it is judged, piece by piece.
    """

    make: MakeJob
    judge: tuple[JudgeJob, ...]


Task = ClipJob | DescribeJob | CaseTask


@attrs.frozen
class Limits:
    """How tasks are run.

    Attributes:
        log: folder of what processes print.
        jobs: tasks at once.
        limit_s: seconds after which the making of a video counts as hanging; None for never.
    """

    log: Path
    jobs: int = 1
    limit_s: float | None = None


class Runner(Interface):
    """Somebody who does tasks."""

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Answer]]:
        """Do them in any order; the number of each and what became of it, as it is done."""
        ...

    def close(self) -> None:
        """Stop, whatever is going on."""
        ...


@attrs.define(eq=False)
class Crew:
    """The processes that one machine works with.

    Attributes:
        limits: how.
        stopped: whether it was told to stop; what fails afterwards failed because of that.
    """

    limits: Limits
    stopped: bool = False
    _processes: set[Process] = attrs.field(factory=set)

    def hire(self, name: str, limit_s: float | None = None) -> Process:
        """Another process, with a log of its own; ``limit_s`` seconds for each of its jobs."""
        limits = self.limits
        process = Process(limits.log / f"{name}.log", limits.jobs, limit_s)
        self._processes.add(process)
        return process

    def dismiss(self, process: Process) -> None:
        """It is not needed any more."""
        process.stop()
        self._processes.discard(process)

    def kill(self) -> None:
        """End all of them now."""
        self.stopped = True
        for process in list(self._processes):
            process.kill()

    def close(self) -> None:
        """Let go of all of them."""
        for process in list(self._processes):
            self.dismiss(process)


class LocalRunner:
    """Does tasks in processes of this machine.

    Args:
        limits: how.
    """

    def __init__(self, limits: Limits) -> None:
        self._pool = ThreadPoolExecutor(limits.jobs, thread_name_prefix="worker")
        self._crew = Crew(limits)
        self._own = threading.local()

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Answer]]:
        """See Runner."""
        waiting = {self._pool.submit(self._do, task): i for i, task in enumerate(tasks)}
        for done in as_completed(waiting):
            yield waiting[done], done.result()

    def close(self) -> None:
        """See Runner."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._crew.kill()
        self._pool.shutdown(wait=True)
        self._crew.close()

    def _do(self, task: Task) -> Answer:
        if not hasattr(self._own, "process"):
            self._own.process = self._crew.hire(threading.current_thread().name)
        return do_task(task, self._own.process, self._crew)


def do_task(task: Task, process: Process, crew: Crew) -> Answer:
    """Do one task.

    Args:
        task: which.
        process: for everything whose time is not measured.
        crew: for more processes.
    """
    if not isinstance(task, CaseTask):
        return process.do(task)
    made = make_case(task.make, process, crew)
    if made.trouble is not None:
        return made
    answers = [process.do(job) for job in task.judge]
    return next((answer for answer in answers if answer.trouble is not None), answers[-1])


def make_case(job: MakeJob, process: Process, crew: Crew) -> Answer:
    """Make a video in a process of its own, because the time it takes to start one counts."""
    told = trouble_file(job.folder)
    if told.exists():
        return answer_of(told.read_text())
    if job.asked.control or job.folder.exists():
        return process.do(job)
    own = crew.hire(f"make-{job.folder.name}", crew.limits.limit_s)
    try:
        answer = own.do(attrs.evolve(job, started=time.time()))
    finally:
        crew.dismiss(own)
    if answer.trouble is not None and not crew.stopped:
        part = told.with_name(f".{told.name}.{os.getpid()}.part")
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(to_line(answer))
        part.replace(told)
    return answer


def trouble_file(folder: Path) -> Path:
    """Where it is kept that a case could not be made; it is not tried again without --retry."""
    return folder.with_name(f"{folder.name}.failed")
