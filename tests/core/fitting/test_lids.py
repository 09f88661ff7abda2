"""Blinks and lid columns say the same thing once."""

import pytest
import torch

from visemix.core.fitting.lids import LEAST, closing, lid_travel, with_lids

BLINK = torch.zeros(100)
BLINK[20:30] = 5.0
BLINK[60:66] = 2.5


def test_the_travel_is_how_far_shut_lids_go() -> None:
    lids = BLINK[:, None] / 5 * torch.tensor([0.8, 1.2])
    travel = lid_travel(lids, BLINK)
    assert float(travel[0]) == pytest.approx((0.8 * 11.5 + 5) / 16.5, abs=1e-4)
    assert float(travel[1]) > 1


def test_without_blinks_it_is_that_of_the_mean_person() -> None:
    assert lid_travel(torch.zeros(50, 2), torch.zeros(50)).tolist() == [1.0, 1.0]


def test_a_tracker_that_saw_no_lids_move_is_not_believed() -> None:
    shut = torch.full((500,), 5.0)
    assert lid_travel(torch.zeros(500, 2), shut).tolist() == [LEAST, LEAST]


def test_what_is_taken_out_is_put_back() -> None:
    expression = torch.randn(100, 6, generator=torch.Generator().manual_seed(0))
    added = closing(BLINK, torch.tensor([0.8, 1.2]))
    left = with_lids(expression, (4, 1), -added)
    assert torch.allclose(with_lids(left, (4, 1), added), expression, atol=1e-6)
    assert torch.equal(left[:, [0, 2, 3, 5]], expression[:, [0, 2, 3, 5]])
    assert with_lids(expression, (), added[:, :0]).equal(expression)
