"""Losses of the rendering-to-video network: eqs. 10 and 11 of the paper.

The paper sums what each of the three discriminators says. The released code follows pix2pixHD: the
feature matching is 4 / (layers + 1) times the sum over layers, averaged over the scales, and the
discriminator's loss is halved.
"""

from collections.abc import Mapping

import attrs
from torch import Tensor
from torch.nn import functional

from visemix.core.errors import TrainingError
from visemix.core.interfaces import Judgement
from visemix.core.training.adversarial import GanLoss, fool, match_features, tell_apart
from visemix.core.training.weights import chosen

WEIGHTS = {"render_adversarial": 1.0, "feature_matching": 2.0, "perceptual": 10.0, "l1": 50.0}
"""lambda 1 to 3 are 2, 10, 50 (section 5.1), in both presets."""

GAN = GanLoss.LEAST_SQUARES
"""The paper does not say; that of pix2pixHD, which it follows, and of the released code."""

FEATURE_SHARE = 4.0
"""Of pix2pixHD's normaliser 4 / (layers + 1): the mean over the layers + 1 activations, times 4."""


@attrs.frozen
class RenderObjective:
    """What one preset minimises.

    Attributes:
        weights: loss name -> factor; "render_adversarial" and "feature_matching" also multiply the
            recipe's weight of a critic.
        summed: feature matching is summed over scales, and the discriminator's loss is not halved.
    """

    weights: Mapping[str, float]
    summed: bool


def render_objective(preset: str, replaced: Mapping[str, float]) -> RenderObjective:
    """Of a preset, with the weights that the recipe replaces.

    Raises:
        TrainingError: there is no such preset.
    """
    if preset not in ("paper", "released"):
        what = f"expected paper or released, got {preset!r}"
        raise TrainingError(what, where="training.preset")
    return RenderObjective(chosen(WEIGHTS, replaced), summed=preset == "paper")


def adversarial_loss(made: Judgement) -> Tensor:
    """Eq. 10, L_R-GAN of the generator, summed over the discriminators D^r_i."""
    return fool(made, GAN) * len(made.scores)


def feature_matching_loss(real: Judgement, made: Judgement, *, summed: bool) -> Tensor:
    """Eq. 10, L_FM.

    Args:
        real: of real frames, whose activations are wanted.
        made: of made ones.
        summed: over all scales and layers (paper); else pix2pixHD's normalisers.
    """
    mean = match_features(real, made)
    if summed:
        return mean * sum(len(layers) for layers in made.features)
    return mean * FEATURE_SHARE


def discriminator_loss(real: Judgement, made: Judgement, *, summed: bool) -> Tensor:
    """Eq. 11, what every D^r_i maximises, as a loss; halved in the released code."""
    halved = tell_apart(real, made, GAN) * len(made.scores)
    return halved * 2 if summed else halved


def pixel_loss(made: Tensor, real: Tensor) -> Tensor:
    """Eq. 10, L_1: mean absolute difference of pictures in [-1, 1]."""
    return functional.l1_loss(made, real)
