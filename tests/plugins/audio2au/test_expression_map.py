"""The linear map: what it finds, what holds it back, what it gives back of the spread."""

import pytest
import torch
from torch import Tensor

from visemix.plugins.audio2au.expression_map import ExpressionMap, Seen, around, learn, padded


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def clip(true: Tensor, noise: float = 0.0, frames: int = 200) -> Seen:
    rows = random(frames, len(true)) + 3
    moved = (rows - rows.mean(0)) @ true + noise * random(frames, true.shape[1], seed=2)
    return Seen(rows, moved)


def test_what_is_linear_is_found_whatever_the_mean_is() -> None:
    true = random(5, 4, seed=1)
    seen = clip(true)
    found = learn([seen], 1e-6, ExpressionMap.nothing(5, 4))
    torch.testing.assert_close(found.weight, true, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(found(seen.rows, 0.0), seen.moved, rtol=1e-3, atol=1e-3)
    assert float(found.gain) == pytest.approx(1, abs=0.01)


def test_a_large_penalty_keeps_the_map_it_started_from() -> None:
    start = ExpressionMap(random(5, 4, seed=5), torch.zeros(5), torch.ones(()))
    found = learn([clip(random(5, 4, seed=1))], 1e9, start)
    torch.testing.assert_close(found.weight, start.weight, rtol=0, atol=1e-3)


def test_lost_spread_is_given_back_as_far_as_wanted() -> None:
    seen = clip(random(5, 4, seed=1), noise=4.0)
    found = learn([seen], 50.0, ExpressionMap.nothing(5, 4))
    assert float(found.gain) > 1.2
    shy, bold = found(seen.rows, 0.0), found(seen.rows, 1.0)
    torch.testing.assert_close(bold, shy * found.gain)


def test_nothing_says_the_mean() -> None:
    assert not ExpressionMap.nothing(5, 4)(random(7, 5), 1.0).any()


def test_frames_around_a_frame() -> None:
    units = torch.arange(8.0)[:, None].expand(8, 5)
    rows = around(padded(units, 2), 2)
    assert rows.shape == (8, 25)
    assert rows[0, :5].tolist() == [0, 0, 0, 1, 2]
    assert rows[7, :5].tolist() == [5, 6, 7, 7, 7]
    assert torch.equal(around(padded(units, 0), 0), units)
