"""A part's network is made late, the same every time, and says whether it has learned."""

import pytest
import torch
from torch import nn

from visemix.core.errors import CheckpointError
from visemix.core.training.learned import Learned, seeded


def test_it_is_made_when_needed_and_only_then() -> None:
    made: list[nn.Linear] = []

    def make() -> nn.Linear:
        made.append(nn.Linear(2, 2))
        return made[-1]

    learned = Learned(make)
    assert not made
    assert learned.own is learned.own is made[0]
    assert len(made) == 1


def test_its_weights_are_those_of_the_seed_and_disturb_nobody() -> None:
    torch.manual_seed(5)
    wanted = float(torch.rand(()))
    torch.manual_seed(5)
    first = Learned(lambda: nn.Linear(2, 2))
    zero, seven = first.own.weight.clone(), first.renew(7).weight.clone()
    assert float(torch.rand(())) == wanted
    again = Learned(lambda: nn.Linear(2, 2))
    assert torch.equal(again.renew(7).weight, seven)
    assert torch.equal(again.renew(0).weight, zero)
    with seeded(7):
        assert torch.equal(nn.Linear(2, 2).weight, seven)


def test_loading_and_finishing_count_as_learning() -> None:
    learned, other = Learned(lambda: nn.Linear(2, 2)), Learned(lambda: nn.Linear(2, 2))
    assert not learned.done
    with pytest.raises(CheckpointError):
        learned.load({"weight": torch.zeros(2, 2)}, "here")
    assert not learned.done
    learned.load(nn.Linear(2, 2).state_dict(), "here")
    assert learned.done and learned.own.training
    other.finish()
    assert other.done and not other.own.training
