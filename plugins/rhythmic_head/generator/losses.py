"""Losses of the generator: eq. 8 of the paper, and what the released code adds to it.

Flows are not compared with those of another network: the released loop does not use any.
"""

from collections.abc import Mapping

import attrs
from torch import Tensor
from torch.nn import functional

from visemix.core.errors import TrainingError
from visemix.core.interfaces import Judgement
from visemix.core.training.adversarial import GanLoss, fool, match_features, tell_apart
from visemix.core.training.weights import chosen

PAPER = {
    "picture_adversarial": 1.0,
    "feature_matching": 10.0,
    "perceptual": 10.0,
    "warp": 10.0,
    "raw": 0.0,
    "l1": 0.0,
}
"""Lambdas of eq. 8; "l1" is nobody's but helps small trainings."""

RELEASED = PAPER | {"raw": 1.0}
"""The decoder's own picture is judged too where it is laid under warped ones."""

PRESETS = {"paper": PAPER, "released": RELEASED}

GAN = GanLoss.HINGE
"""Of the released code; the paper does not say."""

FEATURE_SHARE = 4.0
"""Of pix2pixHD's normaliser 4 / (layers + 1): the mean over the layers, times 4."""

DRAWN = 10 / 255
"""From this coverage on a pixel of the render counts (released code)."""


@attrs.frozen
class Objective:
    """What one preset minimises, and how fast.

    Attributes:
        weights: loss name -> factor; the adversarial term and feature matching also multiply the
            recipe's weight of a critic.
        rate: learning rate of the generator.
        critic_rate: learning rate of critics without their own.
        betas: of Adam.
    """

    weights: Mapping[str, float]
    rate: float
    critic_rate: float
    betas: tuple[float, float]


def objective(preset: str, replaced: Mapping[str, float]) -> Objective:
    """Of a preset, with the weights that the recipe replaces.

    Raises:
        TrainingError: there is no such preset.
    """
    if preset not in PRESETS:
        what = f"expected {' or '.join(PRESETS)}, got {preset!r}"
        raise TrainingError(what, where="training.preset")
    weights = chosen(PRESETS[preset], replaced)
    if preset == "paper":
        return Objective(weights, 2e-4, 2e-4, (0.5, 0.999))
    return Objective(weights, 4e-4 / 2, 4e-4 * 2, (0.0, 0.999))  # two time scales


def adversarial_loss(made: Judgement) -> Tensor:
    """Eq. 8, L_GAN of the generator, summed over the scales."""
    return fool(made, GAN) * len(made.scores)


def feature_matching_loss(real: Judgement, made: Judgement) -> Tensor:
    """Eq. 8, L_FM, summed over the scales."""
    return match_features(real, made) * FEATURE_SHARE * len(made.features)


def discriminator_loss(real: Judgement, made: Judgement) -> Tensor:
    """Eq. 8, what every discriminator maximises, as a loss, summed over the scales."""
    return tell_apart(real, made, GAN) * 2 * len(made.scores)


def warp_loss(warped: Tensor, real: Tensor, shown: Tensor | None = None) -> Tensor:
    """Eq. 8, L_W: mean absolute difference of a warped picture.

    Args:
        warped: [B, 3, H, W] in [-1, 1].
        real: the same shape.
        shown: [B, 1, H, W] coverage of the render, where only that counts.
    """
    if shown is None:
        return functional.l1_loss(warped, real)
    mask = (shown >= DRAWN).to(warped)
    apart = ((warped - real).abs() * mask).sum()
    return apart / (mask.sum() * warped.shape[1]).clamp(min=1)


def pixel_loss(made: Tensor, real: Tensor) -> Tensor:
    """Mean absolute difference of pictures in [-1, 1]."""
    return functional.l1_loss(made, real)
