"""The best weights are kept, stored and taken back."""

import torch
from torch import nn

from visemix.core.training.best import BestWeights


def network(value: float) -> nn.BatchNorm1d:
    made = nn.BatchNorm1d(2)
    nn.init.constant_(made.weight, value)
    made.running_mean = torch.full((2,), value)
    return made


def become(one: nn.BatchNorm1d, value: float) -> None:
    one.load_state_dict(network(value).state_dict())


def test_what_was_kept_comes_back_with_its_statistics() -> None:
    one = network(1.0)
    best = BestWeights({"one": one})
    become(one, 2.0)
    best.keep()
    become(one, 3.0)
    best.restore()
    assert one.weight.tolist() == [2.0, 2.0]
    assert one.running_mean is not None and one.running_mean.tolist() == [2.0, 2.0]


def test_nothing_kept_nothing_changed() -> None:
    one = network(1.0)
    best = BestWeights({"one": one})
    become(one, 2.0)
    best.restore()
    assert one.weight.tolist() == [2.0, 2.0]


def test_it_is_stored_without_the_networks_that_learn() -> None:
    one, other = network(1.0), network(5.0)
    best, again = BestWeights({"one": one}), BestWeights({"one": other})
    best.keep()
    again.load_state_dict(best.state_dict())
    again.restore()
    assert other.weight.tolist() == [1.0, 1.0]
    assert not any(parameter.requires_grad for parameter in best.parameters())
    assert one.weight.requires_grad
    assert all(name.startswith(("copies.one", "kept")) for name in best.state_dict())
