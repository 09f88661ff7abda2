"""Adversarial losses against numbers worked out by hand."""

import math

import pytest
import torch
from torch import Tensor, nn

from visemix.core.interfaces import Discriminator, Judgement, Sample
from visemix.core.training.adversarial import (
    GanLoss,
    fool,
    frozen,
    judges_for,
    match_features,
    tell_apart,
)
from visemix.core.training.material import Critic


def said(*scores: float) -> Judgement:
    return Judgement([torch.tensor([score]) for score in scores])


@pytest.mark.parametrize(
    ("kind", "fooling", "telling"),
    [
        (GanLoss.LOG, math.log(1 + math.exp(-1)), (math.log1p(math.exp(-2)) + math.log1p(math.e))),
        (GanLoss.LEAST_SQUARES, 0.0, 1.0 + 1.0),
        (GanLoss.HINGE, -1.0, 0.0 + 2.0),
    ],
)
def test_losses_of_one_score(kind: GanLoss, fooling: float, telling: float) -> None:
    assert float(fool(said(1.0), kind)) == pytest.approx(fooling)
    assert float(tell_apart(said(2.0), said(1.0), kind)) == pytest.approx(telling / 2)


def test_scales_are_averaged() -> None:
    assert float(fool(said(1.0, 3.0), GanLoss.LEAST_SQUARES)) == 2.0


def test_features_are_compared_layer_by_layer() -> None:
    real = Judgement([], [[torch.zeros(2, 2), torch.zeros(3)], [torch.ones(1), torch.zeros(1)]])
    made = Judgement([], [[torch.ones(2, 2), torch.zeros(3)], [torch.ones(1), torch.zeros(1)]])
    assert float(match_features(real, made)) == 0.25


class Linear(Discriminator):
    judges = "attributes"

    def network(self, like: Sample) -> nn.Module:
        assert like.attributes is not None
        return nn.Linear(like.attributes.shape[-1], 1)


def sample_of(critic: Critic) -> Sample:
    return Sample(attributes=torch.zeros(1, 4, 3))


def test_judges_are_the_same_every_time_and_differ_from_each_other() -> None:
    critics = [Critic("discriminators.0", Linear()), Critic("discriminators.1", Linear())]
    torch.manual_seed(1)
    first = judges_for(critics, sample_of)
    after = float(torch.rand(()))
    torch.manual_seed(1)
    assert after == float(torch.rand(())), "building judges must not use up random numbers"
    second = judges_for(critics, sample_of)

    def weight(judge: nn.Module) -> Tensor:
        assert isinstance(judge, nn.Linear)
        return judge.weight

    assert torch.equal(weight(first[0].network), weight(second[0].network))
    assert not torch.equal(weight(first[0].network), weight(first[1].network))


def test_a_frozen_network_passes_gradients_and_learns_nothing() -> None:
    network = nn.Linear(2, 1)
    seen = torch.ones(1, 2, requires_grad=True)
    with frozen(network) as still:
        still(seen).sum().backward()
    assert seen.grad is not None and bool(seen.grad.any())
    assert network.weight.grad is None
    assert network.weight.requires_grad
