"""Every term by hand, in both presets."""

import pytest
import torch

from visemix.core.errors import TrainingError
from visemix.core.interfaces import Judgement
from visemix.plugins.facial.render_losses import (
    adversarial_loss,
    discriminator_loss,
    feature_matching_loss,
    pixel_loss,
    render_objective,
)

REAL = Judgement(
    [torch.tensor([1.0, 0.0]), torch.tensor([2.0])],
    [[torch.zeros(2), torch.ones(2)], [torch.zeros(1), torch.zeros(1)]],
)
MADE = Judgement(
    [torch.tensor([0.0, 0.5]), torch.tensor([1.0])],
    [[torch.ones(2), torch.ones(2)], [torch.full((1,), 3.0), torch.zeros(1)]],
)


def test_the_adversarial_loss_is_summed_over_scales() -> None:
    # scale 1: mean of 1 and 0.25; scale 2: 0
    assert float(adversarial_loss(MADE)) == pytest.approx(0.625)


def test_feature_matching_of_the_paper_is_a_sum_over_scales_and_layers() -> None:
    assert float(feature_matching_loss(REAL, MADE, summed=True)) == pytest.approx(1 + 3)


def test_feature_matching_of_the_released_code_has_the_normalisers_of_pix2pixhd() -> None:
    # two activations a scale: 4 / 2 times the sum over them, mean over two scales
    assert float(feature_matching_loss(REAL, MADE, summed=False)) == pytest.approx(
        (2 * 1 + 2 * 3) / 2
    )


def test_the_discriminator_s_loss_is_halved_in_the_released_code() -> None:
    # scale 1: mean(0, 1) + mean(0, 0.25); scale 2: 1 + 1
    whole = 0.5 + 0.125 + 2
    assert float(discriminator_loss(REAL, MADE, summed=True)) == pytest.approx(whole)
    assert float(discriminator_loss(REAL, MADE, summed=False)) == pytest.approx(whole / 2)


def test_pixels_count_by_their_absolute_difference() -> None:
    assert float(pixel_loss(torch.tensor([0.0, 1.0]), torch.tensor([1.0, -1.0]))) == 1.5


def test_weights_are_the_paper_s_and_can_be_replaced() -> None:
    paper = render_objective("paper", {})
    assert list(paper.weights.values()) == [1, 2, 10, 50]
    assert paper.summed
    released = render_objective("released", {"perceptual": 0.0, "expression": 3.0})
    assert not released.summed
    assert released.weights == {**paper.weights, "perceptual": 0.0}
    with pytest.raises(TrainingError, match="expected paper or released"):
        render_objective("fast", {})
