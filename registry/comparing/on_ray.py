"""The same tasks on a Ray cluster.

Every machine of it needs visemix with the same plugins, and sees the data and the report's folder
under the same paths. A machine that dies takes its tasks with it; they are done again elsewhere.
"""

import importlib.util
import os
import socket
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from visemix.core.errors import ComparisonError
from visemix.registry.comparing.jobs import Answer
from visemix.registry.comparing.running import Crew, Limits, Task, do_task
from visemix.registry.comparing.troubles import Trouble
from visemix.registry.hardware import processors

CONNECT_S = 5.0
"""Seconds in which a machine has to answer."""

FOR_EVER = -1
"""How often a task is tried again when its machine died."""


class RayRunner:
    """Does tasks on a cluster.

    Args:
        limits: how.
        address: of the cluster ("auto", "ray://host:10001", "host:6379").

    Raises:
        ComparisonError: Ray is not installed, or there is no such cluster.
    """

    def __init__(self, limits: Limits, address: str) -> None:
        if importlib.util.find_spec("ray") is None:
            do = "pip install 'visemix[ray]'"
            raise ComparisonError("Ray is not installed", where="--ray", do=do)
        _require_answer(address)
        self._limits = limits
        self._ray: Any = importlib.import_module("ray")
        try:
            self._ray.init(address=address, log_to_driver=False, ignore_reinit_error=True)
        except (ConnectionError, RuntimeError, ValueError) as e:
            do = "start one with 'ray start --head', or correct the address"
            raise ComparisonError(f"no Ray cluster answers: {e}", where="--ray", do=do) from e

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Answer]]:
        """See Runner."""
        remote = self._ray.remote(num_cpus=1, max_retries=FOR_EVER)(_do_here)
        waiting = {remote.remote(task, self._limits): i for i, task in enumerate(tasks)}
        try:
            while waiting:
                (done, *_), _ = self._ray.wait(list(waiting))
                yield waiting.pop(done), self._answer(done)
        finally:
            for left in waiting:
                self._ray.cancel(left, force=True)

    def close(self) -> None:
        """See Runner."""
        self._ray.shutdown()

    def _answer(self, done: object) -> Answer:
        try:
            answer: Answer = self._ray.get(done)
        except self._ray.exceptions.RayError as e:
            return Answer(Trouble("make", f"Ray gave it up: {e}", "see Ray's own log"))
        return answer


def _require_answer(address: str) -> None:
    """Ray itself would wait for minutes for a machine that is not there.

    Raises:
        ComparisonError: nobody listens at an address with a port.
    """
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if not colon or not port.isdigit():
        return  # "auto", or a session's folder
    try:
        socket.create_connection((host, int(port)), CONNECT_S).close()
    except OSError as e:
        do = "start one with 'ray start --head', or correct the address"
        raise ComparisonError(f"no Ray cluster answers: {e}", where=address, do=do) from e


def _do_here(task: Task, limits: Limits) -> Answer:
    """Do a task on the machine that Ray chose."""
    crew = Crew(attrs.evolve(limits, jobs=processors()))  # Ray gives it one core
    try:
        process = crew.hire(f"ray-{socket.gethostname()}-{os.getpid()}")
        return do_task(task, process, crew)
    finally:
        crew.close()
