"""Batches come in order, made in the background; the time waited for them is known."""

import time
from pathlib import Path

import pytest

from visemix.core.training.batches import AHEAD, Batches, Speed, read_speed, write_speed
from visemix.core.training.stage import Batch, Shard, Stage


class Counting(Stage):
    """Its batches are their own numbers."""

    name = "counting"
    steps = 12
    modules = {}  # noqa: RUF012 - as the interface has it
    turns = ()

    def __init__(self, slow_s: float = 0.0) -> None:
        self.asked: list[int] = []
        self._slow_s = slow_s

    def batch(self, step: int, shard: Shard) -> Batch:
        self.asked.append(step)
        time.sleep(self._slow_s)
        return step


def test_in_order_and_not_beyond_the_end() -> None:
    stage = Counting()
    with Batches(stage, 3, Shard()) as batches:
        assert [batches.take(step) for step in range(3, 12)] == list(range(3, 12))
    assert sorted(stage.asked) == list(range(3, 12))


def test_a_few_are_made_ahead() -> None:
    stage = Counting()
    with Batches(stage, 0, Shard()) as batches:
        batches.take(0)
        time.sleep(0.1)
        assert sorted(stage.asked) == list(range(1 + AHEAD))


def test_waiting_is_counted() -> None:
    with Batches(Counting(slow_s=0.02), 0, Shard()) as batches:
        for step in range(12):
            batches.take(step)
        assert batches.speed().busy < 0.5
    with Batches(Counting(), 0, Shard()) as batches:
        for step in range(12):
            batches.take(step)
            time.sleep(0.01)
        assert batches.speed().busy > 0.9


def test_batches_are_moved_where_they_are_wanted() -> None:
    with Batches(Counting(), 0, Shard(), move=lambda batch: -batch) as batches:
        assert [batches.take(step) for step in range(4)] == [0, -1, -2, -3]


def test_an_error_in_a_batch_is_raised() -> None:
    class Broken(Counting):
        def batch(self, step: int, shard: Shard) -> Batch:
            raise OSError("gone")

    with Batches(Broken(), 0, Shard()) as batches, pytest.raises(OSError, match="gone"):
        batches.take(0)


def test_speed_is_kept(tmp_path: Path) -> None:
    write_speed(tmp_path, Speed(10, 5.0, 0.5))
    assert read_speed(tmp_path) == Speed(10, 5.0, 0.5)
    assert Speed(10, 5.0, 0.5).steps_per_s == 2.0
    assert Speed(10, 5.0, 0.5).busy == 0.9
