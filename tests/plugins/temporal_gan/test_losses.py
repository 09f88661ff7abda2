"""Eqs. 2 to 7 by hand."""

import math

import pytest
import torch

from visemix.core.interfaces import Judgement
from visemix.plugins.temporal_gan.losses import (
    accuracy,
    adversarial_loss,
    image_loss,
    mouth_loss,
    reconstruction_loss,
    sequence_loss,
    synchronisation_loss,
)


def judged(*probabilities: float) -> Judgement:
    """Logits of these probabilities of being real."""
    return Judgement([torch.tensor(probabilities).logit()])


def test_the_frame_and_the_sequence_critic() -> None:
    wanted = -(math.log(0.8) + math.log(1 - 0.3))
    assert float(image_loss(judged(0.8), judged(0.3))) == pytest.approx(wanted, rel=1e-5)
    assert float(sequence_loss(judged(0.8), judged(0.3))) == pytest.approx(wanted, rel=1e-5)


def test_shifted_and_made_pairs_count_half_each() -> None:
    wanted = -(math.log(0.8) + 0.5 * math.log(1 - 0.4) + 0.5 * math.log(1 - 0.3))
    found = synchronisation_loss(judged(0.8), judged(0.4), judged(0.3))
    assert float(found) == pytest.approx(wanted, rel=1e-5)


def test_the_generator_wants_to_be_taken_for_real() -> None:
    wanted = -(math.log(0.2) + math.log(0.5)) / 2
    assert float(adversarial_loss(judged(0.2, 0.5))) == pytest.approx(wanted, rel=1e-5)


def test_reconstruction_is_the_mean_over_the_lower_half() -> None:
    real = torch.zeros(2, 3, 3, 8, 6)
    made = real.clone()
    made[..., :4, :] = 1.0
    assert float(reconstruction_loss(made, real)) == 0
    made[..., 4:, :] = 0.25
    assert float(reconstruction_loss(made, real)) == pytest.approx(0.25)
    assert float(reconstruction_loss(made, real, lower_half=False)) == pytest.approx(0.625)


def test_accuracy_counts_the_right_side() -> None:
    assert float(accuracy(judged(0.9, 0.6, 0.2, 0.7), real=True)) == pytest.approx(0.75)
    assert float(accuracy(judged(0.9, 0.6, 0.2, 0.7), real=False)) == pytest.approx(0.25)


def test_the_mouth_s_loss_sees_the_mouth_alone() -> None:
    made, real = torch.zeros(2, 3, 64, 48), torch.zeros(2, 3, 64, 48)
    made[..., :38, :] = 1.0
    assert float(mouth_loss(made, real)) == 0.0
    made[..., 46, 24] = 0.5  # half of row 92 and column 48 of 128 x 96
    assert 0 < float(mouth_loss(made, real)) < 0.01
