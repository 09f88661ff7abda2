"""Every term is what the paper says."""

import pytest
import torch

from visemix.core.errors import TrainingError
from visemix.core.interfaces import Judgement
from visemix.plugins.rhythmic_head.generator.losses import (
    DRAWN,
    adversarial_loss,
    discriminator_loss,
    feature_matching_loss,
    objective,
    pixel_loss,
    warp_loss,
)

TWO = [torch.full((1, 1, 2, 2), -2.0), torch.full((1, 1, 1, 1), 0.5)]


def test_presets() -> None:
    paper, released = (objective(preset, {}) for preset in ("paper", "released"))
    wanted = {"feature_matching": 10.0, "perceptual": 10.0, "warp": 10.0}
    assert all(paper.weights[name] == weight for name, weight in wanted.items())
    assert (paper.rate, paper.critic_rate, paper.betas) == (2e-4, 2e-4, (0.5, 0.999))
    assert (released.rate, released.critic_rate, released.betas[0]) == (2e-4, 8e-4, 0.0)
    assert paper.weights["l1"] == released.weights["l1"] == 0
    assert objective("paper", {"warp": 0.0}).weights["warp"] == 0
    with pytest.raises(TrainingError, match="expected paper or released, got 'mine'"):
        objective("mine", {})


def test_hinge_summed_over_both_scales() -> None:
    assert float(adversarial_loss(Judgement(TWO))) == pytest.approx(2.0 - 0.5)
    # Real: max(0, 1 - s) is 3 and 0.5; made: max(0, 1 + s) is 0 and 1.5.
    assert float(discriminator_loss(Judgement(TWO), Judgement(TWO))) == pytest.approx(5.0)


def test_features_are_matched_at_both_scales() -> None:
    real, made = (
        Judgement([], [[torch.full((1, 2), v), torch.zeros(3)], [torch.zeros(4)] * 2])
        for v in (0.0, 1.0)
    )
    assert float(feature_matching_loss(real, made)) == pytest.approx(4 * 2 / 4)


def test_the_render_counts_where_it_is() -> None:
    warped, real = torch.zeros(1, 3, 2, 2), torch.zeros(1, 3, 2, 2)
    warped[..., 0, 0] = 0.5
    alpha = torch.tensor([[1.0, 0.0], [0.0, DRAWN]]).reshape(1, 1, 2, 2)
    assert float(warp_loss(warped, real, alpha)) == pytest.approx(0.25)
    assert float(warp_loss(warped, real)) == pytest.approx(0.125)
    assert float(warp_loss(warped, real, torch.zeros_like(alpha))) == 0
    assert float(pixel_loss(warped, real)) == pytest.approx(0.125)
