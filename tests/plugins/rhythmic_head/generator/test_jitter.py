"""Edge maps are moved and scaled as said."""

import numpy as np
import pytest
import torch

from visemix.plugins.rhythmic_head.generator.jitter import Jitter, jittered


def dot() -> torch.Tensor:
    maps = torch.zeros(2, 3, 1, 32, 32)
    maps[..., 19:21, 23:25] = 1
    return maps


def middle(picture: torch.Tensor) -> tuple[float, float]:
    place = torch.arange(32) + 0.5
    mass = picture.sum()
    return float((picture.sum(0) * place).sum() / mass), float(
        (picture.sum(1) * place).sum() / mass
    )


def test_nothing_to_be_done_is_nothing() -> None:
    maps = dot()
    assert jittered(maps, [Jitter(), Jitter()]) is maps


def test_maps_of_an_example_move_alike() -> None:
    made = jittered(dot(), [Jitter(right=0.25, down=-0.5), Jitter(scale=1.5)])
    for picture in made[0, :, 0]:
        assert middle(picture) == pytest.approx((24 + 4, 20 - 8), abs=0.2)
    for picture in made[1, :, 0]:
        assert middle(picture) == pytest.approx((16 + 1.5 * 8, 16 + 1.5 * 4), abs=0.2)


def test_it_stays_within_its_share() -> None:
    drawn = [Jitter.drawn(0.2, np.random.default_rng(k)) for k in range(200)]
    assert 0.8 <= min(j.scale for j in drawn) < 0.85 < 1.15 < max(j.scale for j in drawn) <= 1.2
    assert max(abs(j.right) for j in drawn) <= 0.1
    assert Jitter.drawn(0.0, np.random.default_rng(0)) == Jitter()
