import itertools
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from visemix.plugins.composite.paths import Jumps, follow, wander

NO_CUTS = np.zeros(6, np.bool_)


def cost_of(path: tuple[int, ...], unary: NDArray[np.float32], slope: float, reach: int) -> float:
    steps = [slope * min(abs(j - i - 1), reach) for i, j in itertools.pairwise(path)]
    return float(sum(unary[t, i] for t, i in enumerate(path)) + sum(steps))


@pytest.mark.parametrize("seed", range(6))
def test_no_path_is_cheaper(seed: int) -> None:
    unary = np.random.default_rng(seed).uniform(0, 4, (5, 6)).astype(np.float32)
    found = follow(unary, NO_CUTS, -1, 1.0, 3)
    best = min(
        cost_of(path, unary, 1.0, 3) for path in itertools.product(range(6), repeat=len(unary))
    )
    assert cost_of(tuple(found.tolist()), unary, 1.0, 3) == pytest.approx(best, abs=1e-4)


def test_it_goes_on_from_where_it_was() -> None:
    unary = np.zeros((3, 6), np.float32)
    assert follow(unary, NO_CUTS, 2, 1.0, 3).tolist() == [3, 4, 5]


def test_a_step_across_a_cut_costs_a_jump() -> None:
    cut = np.array([0, 0, 0, 1, 0, 0], np.bool_)
    unary = np.full((2, 6), 10, np.float32)
    unary[0, 2] = unary[1, 3] = 0
    unary[1, 0] = 2.5  # three px dearer than playing on, were it not for the cut
    assert follow(unary, np.zeros(6, np.bool_), -1, 1.0, 3).tolist() == [2, 3]
    assert follow(unary, cut, -1, 4.0, 1).tolist() == [2, 3]
    unary[1, 2] = 1.0
    assert follow(unary, cut, -1, 1.5, 3).tolist() == [2, 2]


def ways(count: int, **changes: NDArray[Any]) -> Jumps:
    to = np.zeros((count, 1), np.int32)
    default: dict[str, NDArray[Any]] = {
        "to": to,
        "cost": np.full((count, 1), 100, np.float32),
        "turn": np.full(count, 5, np.float32),
        "cut": np.zeros(count, np.bool_),
    }
    return Jumps(**{**default, **changes})


def test_the_base_plays_forwards_if_nothing_speaks_against_it() -> None:
    path = wander(np.zeros((6, 8), np.float32), ways(8), -1)
    assert (path % 2 == 0).all()
    assert np.diff(path // 2).tolist() == [1] * 5


def test_the_base_turns_round_at_the_end() -> None:
    path = wander(np.zeros((5, 4), np.float32), ways(4), 2 * 2)
    assert (path // 2).tolist()[0] == 3
    assert (np.abs(np.diff(path // 2)) <= 1).all()
    assert (path // 2).tolist()[-1] < 3


def test_the_base_jumps_where_that_is_cheap() -> None:
    cost = np.full((8, 1), 100, np.float32)
    cost[5] = 0.1
    unary = np.zeros((6, 8), np.float32)
    unary[:, 6:] = 50
    path = wander(unary, ways(8, cost=cost), 2 * 3)
    assert (path // 2).tolist() == [4, 5, 0, 1, 2, 3]


def test_the_base_never_plays_across_a_cut() -> None:
    cut = np.array([0, 0, 1, 0], np.bool_)
    path = wander(np.zeros((6, 4), np.float32), ways(4, cut=cut), 2 * 0)
    assert (path // 2 < 2).all()


def test_one_usable_frame_is_held() -> None:
    unary = np.full((4, 3), 1e6, np.float32)
    unary[:, 1] = 0
    cut = np.array([0, 1, 1], np.bool_)
    assert (wander(unary, ways(3, cut=cut), -1) // 2).tolist() == [1, 1, 1, 1]
