"""Batches made in the background, and how long the training waited for them."""

import json
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self

import attrs

from visemix.core.training.stage import Batch, Shard, Stage

AHEAD = 3
"""Batches that are made while one is learned from."""

WORKERS = 2
SPEED = "speed.json"


@attrs.frozen
class Speed:
    """How fast a stage was trained.

    Attributes:
        steps: that were taken in this process.
        seconds: from the first batch to the end.
        waited_s: of which it waited for batches.
    """

    steps: int
    seconds: float
    waited_s: float

    @property
    def steps_per_s(self) -> float:
        """Steps per second."""
        return self.steps / self.seconds if self.seconds else 0.0

    @property
    def busy(self) -> float:
        """Share of the time in which it did not wait, 0 to 1."""
        return 1 - self.waited_s / self.seconds if self.seconds else 1.0


class Batches:
    """A stage's batches in the order of its steps.

    ``Stage.batch`` is called in other threads; it is a pure function, so this changes nothing.

    Args:
        stage: makes the batches.
        start: first step.
        shard: what part of them this process takes.
        move: puts a batch where it is learned from, in those threads too; None leaves it.
    """

    def __init__(
        self,
        stage: Stage,
        start: int,
        shard: Shard,
        move: Callable[[Batch], Batch] | None = None,
    ) -> None:
        self._stage, self._shard, self._move = stage, shard, move
        self._next = start
        self._coming: deque[Future[Batch]] = deque()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="batches")
        self._start, self._begun = start, time.perf_counter()
        self._waited, self._taken = 0.0, 0

    def take(self, step: int) -> Batch:
        """The batch of ``step``; steps must come in order."""
        while self._next < min(step + 1 + AHEAD, self._stage.steps):
            self._coming.append(self._pool.submit(self._make, self._next))
            self._next += 1
        before = time.perf_counter()
        batch = self._coming.popleft().result()
        if not self._taken:
            self._begun = time.perf_counter()  # nothing could be made ahead of the first
        else:
            self._waited += time.perf_counter() - before
        self._taken += 1
        return batch

    def _make(self, step: int) -> Batch:
        batch = self._stage.batch(step, self._shard)
        return batch if self._move is None else self._move(batch)

    def speed(self) -> Speed:
        """So far."""
        seconds = time.perf_counter() - self._begun if self._taken else 0.0
        return Speed(self._taken, seconds, self._waited)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(cancel_futures=True)


def write_speed(folder: Path, speed: Speed) -> None:
    """Keep it beside the losses, as ``speed.json``."""
    about = attrs.asdict(speed) | {"steps_per_s": speed.steps_per_s, "busy": speed.busy}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SPEED).write_text(json.dumps(about, indent=1) + "\n")


def read_speed(folder: Path) -> Speed:
    """What :func:`write_speed` wrote."""
    about = json.loads((folder / SPEED).read_text())
    return Speed(about["steps"], about["seconds"], about["waited_s"])
