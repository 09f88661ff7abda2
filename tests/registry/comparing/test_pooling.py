"""Figures of sets of clips."""

import math
from collections.abc import Sequence

import pytest
import torch

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.registry.comparing.pooling import REPLICATES, draws, pooled_value, replicates


class Largest(Metric):
    pooled = True

    def observe(self, case: Case) -> Observation:
        raise AssertionError

    def conclude(self, observations: Sequence[Observation]) -> float:
        return max(float(o.values["value"]) for o in observations)


def test_draws_are_with_replacement_and_always_the_same() -> None:
    drawn = draws(4)
    assert len(drawn) == REPLICATES
    assert all(len(draw) == 4 and set(draw) <= set(range(4)) for draw in drawn)
    assert len({tuple(draw) for draw in drawn}) > 50
    assert drawn == draws(4)
    counts = torch.bincount(torch.tensor(drawn).flatten())
    assert float(counts.float().std() / counts.float().mean()) < 0.15


def test_a_replicate_concludes_over_its_clips() -> None:
    seen = {0: [Observation.of(1), Observation.of(5)], 2: [Observation.of(3)]}
    values = replicates(Largest(), seen, 3)
    for draw, value in zip(draws(3), values, strict=True):
        if 0 in draw:
            assert value == 5
        elif 2 in draw:
            assert value == 3
        else:
            assert math.isnan(value)
    assert {5.0, 3.0} < set(values)


@pytest.mark.parametrize("seen", [[], [Observation.of(math.nan)]])
def test_nothing_was_seen(seen: list[Observation]) -> None:
    assert math.isnan(pooled_value(Largest(), seen))
