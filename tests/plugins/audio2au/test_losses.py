"""Every equation by hand."""

import math

import pytest
import torch

from visemix.core.errors import TrainingError
from visemix.plugins.audio2au.action_unit_loss import ActionUnitLoss
from visemix.plugins.audio2au.losses import (
    WEIGHTS,
    accuracy,
    cross_entropy_loss,
    dice_loss,
    identity_loss,
    lower_half,
    occurrence_weights,
    reconstruction_loss,
)


def logit(*chances: float) -> torch.Tensor:
    return torch.tensor([chances]).logit()


def test_the_published_weights() -> None:
    assert list(WEIGHTS.values()) == [1.5, 1.5, 0.07, 0.02, 0.002]


def test_with_nothing_to_learn_action_units_from_it_says_so() -> None:
    with pytest.raises(TrainingError, match="au_bce and au_dice are both 0"):
        ActionUnitLoss(torch.full((5,), 0.5), {"au_bce": 0.0, "au_dice": 0.0})


@pytest.mark.parametrize("mouth", [1.0, 3.0])
def test_the_mouth_counts_as_often_as_is_said(mouth: float) -> None:
    made, real = torch.zeros(2, 1, 3, 100, 100), torch.zeros(2, 1, 3, 100, 100)
    real[..., :20, :20] = 1.0  # 400 pixels far from the mouth
    real[..., 70:80, 40:60] = 1.0  # 200 pixels of it
    found = float(reconstruction_loss(made, real, mouth))
    assert found == pytest.approx((400 + mouth * 200) / 100**2)


def test_rare_action_units_weigh_more_and_all_of_them_n() -> None:
    weights = occurrence_weights(torch.tensor([0.5, 0.1, 0.2, 0.9, 0.3]))
    assert float(weights.sum()) == pytest.approx(5)
    assert float(weights[1] / weights[0]) == pytest.approx(5)


def test_what_never_occurs_weighs_as_what_always_does() -> None:
    weights = occurrence_weights(torch.tensor([0.5, 0.0, 0.25, 1.0, 0.5]))
    assert weights.tolist() == pytest.approx([1, 0.5, 2, 0.5, 1])


def test_cross_entropy() -> None:
    weights = torch.tensor([0.5, 1.5])
    found = cross_entropy_loss(logit(0.8, 0.3), torch.tensor([[1.0, 0.0]]), weights)
    assert float(found) == pytest.approx(-(0.5 * math.log(0.8) + 1.5 * math.log(0.7)) / 2)


def test_dice() -> None:
    weights = torch.tensor([0.5, 1.5])
    found = dice_loss(logit(0.8, 0.3), torch.tensor([[1.0, 0.0]]), weights)
    present = 1 - (2 * 0.8 + 1) / (1 + 0.64 + 1)
    absent = 1 - 1 / (0.09 + 1)
    assert float(found) == pytest.approx((0.5 * present + 1.5 * absent) / 2)


def test_both_together_and_each_ablated() -> None:
    rates = torch.tensor([0.75, 0.25])
    logits, labels = logit(0.8, 0.3), torch.tensor([[1.0, 0.0]])
    weights = occurrence_weights(rates)
    bce, dice = (f(logits, labels, weights) for f in (cross_entropy_loss, dice_loss))
    both = ActionUnitLoss(rates, {"au_bce": 1.0, "au_dice": 1.0})(logits, labels)
    torch.testing.assert_close(both, bce + dice)
    alone = ActionUnitLoss(rates, {"au_bce": 0.0, "au_dice": 1.0})(logits, labels)
    torch.testing.assert_close(alone, dice)


def test_reconstruction_is_a_mean_over_everything() -> None:
    real = torch.zeros(2, 3, 3, 8, 6)
    assert float(reconstruction_loss(real + 0.25, real)) == pytest.approx(0.25)


def test_identity_looks_at_the_upper_half_and_at_the_identity_image() -> None:
    still = torch.rand(2, 3, 8, 6)
    made = still[:, None].repeat(1, 4, 1, 1, 1)
    made[..., 4:, :] += 1
    assert float(identity_loss(made, still)) == 0
    made[..., :4, :] -= 0.5
    assert float(identity_loss(made, still)) == pytest.approx(0.5)


def test_the_lower_half() -> None:
    assert lower_half(torch.arange(112)[:, None].expand(3, 112, 112))[0, :, 0].tolist() == list(
        range(56, 112)
    )


def test_accuracy_of_each_action_unit() -> None:
    logits = torch.tensor([[[1.0, -1.0], [1.0, 1.0]]])
    labels = torch.tensor([[[1.0, 1.0], [1.0, 0.0]]])
    assert accuracy(logits, labels).tolist() == [1.0, 0.0]
