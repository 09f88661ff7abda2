"""The processes that do the jobs: one that crashes takes nothing with it but its own job."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from visemix.registry.comparing.jobs import Answer, Job, answer_of, to_line
from visemix.registry.comparing.troubles import Trouble
from visemix.registry.comparing.worker import stage_of
from visemix.registry.hardware import processors

MODULE = "visemix.registry.comparing.worker"
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


class Process:
    """One process that does jobs, started when the first comes, and anew when it died.

    Args:
        log: what it prints is appended to this file.
        jobs: how many processes work at once; they share the cores.
        limit_s: seconds after which a job counts as hanging; None for never.
    """

    def __init__(self, log: Path, jobs: int = 1, limit_s: float | None = None) -> None:
        self._log = log
        self._jobs = jobs
        self._limit_s = limit_s
        self._ended = False
        self._child: subprocess.Popen[str] | None = None

    def do(self, job: Job) -> Answer:
        """Have a job done."""
        if self._ended:
            return Answer(Trouble(stage_of(job), "it was stopped"))
        child = self._running()
        assert child.stdin is not None and child.stdout is not None
        timer = threading.Timer(self._limit_s or 0, child.kill)
        if self._limit_s is not None:
            timer.start()
        try:
            child.stdin.write(to_line(job) + "\n")
            child.stdin.flush()
            line = child.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            late = self._limit_s is not None and timer.finished.is_set()
            timer.cancel()
        if line.endswith("\n"):
            return answer_of(line)
        return Answer(self._death(job, late))

    def kill(self) -> None:
        """End the process for good; any thread may ask for that."""
        self._ended = True
        child = self._child
        if child is not None:
            child.kill()

    def stop(self) -> None:
        """End the process and let go of it."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                _close(pipe)
        child.wait()

    def _running(self) -> "subprocess.Popen[str]":
        if self._child is None:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            with self._log.open("ab") as log:
                self._child = subprocess.Popen(
                    [sys.executable, "-m", MODULE],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=os.environ | self._threads(),
                    text=True,
                    encoding="utf-8",
                    start_new_session=True,  # Ctrl-C is for this process, which then ends those
                )
        return self._child

    def _threads(self) -> dict[str, str]:
        """As many threads as there are cores for each; a user's own choice stands."""
        share = str(max(processors() // self._jobs, 1))
        return {name: os.environ.get(name, share) for name in THREADS}

    def _death(self, job: Job, late: bool) -> Trouble:
        assert self._child is not None
        if late:
            self.stop()
            return Trouble(
                stage_of(job), f"it was not done after {self._limit_s:g} s", "raise --limit"
            )
        code = self._child.wait()
        self.stop()
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        do = f"what it printed is in {self._log}; --retry tries again"
        return Trouble(stage_of(job), f"its process ended {how}", do)


def _close(pipe: object) -> None:
    try:
        pipe.close()  # type: ignore[attr-defined]  # both kinds of pipe have it
    except BrokenPipeError:
        return
