"""The losses of Vougioukas et al., section 3.3, one function per equation.

Every critic gives logits: log D is -softplus(-logit), log(1 - D) is -softplus(logit). The critics
maximise eqs. 2 to 4; what they minimise here is the negative. The generator maximises log D of what
it makes instead of minimising log(1 - D) (Goodfellow et al., 2014), which has a slope when the
critic is right.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from visemix.core.interfaces import Judgement
from visemix.plugins.temporal_gan.mouths import mouth_of

WEIGHTS = {"l1": 600.0, "adversarial": 1.0, "mouth": 0.0}
"""Eq. 7; the weights of the critics in eq. 5 (1, 0.8 and 0.2) stand in the recipe. The paper has no
term for the mouth alone."""


def image_loss(real: Judgement, made: Judgement) -> Tensor:
    """Eq. 2, of the frame critic."""
    return _as_real(real) + _as_made(made)


def synchronisation_loss(real: Judgement, shifted: Judgement, made: Judgement) -> Tensor:
    """Eq. 3, of the sync critic: half for real pictures with shifted sound, half for made ones."""
    return _as_real(real) + 0.5 * _as_made(shifted) + 0.5 * _as_made(made)


def sequence_loss(real: Judgement, made: Judgement) -> Tensor:
    """Eq. 4, of the sequence critic."""
    return _as_real(real) + _as_made(made)


def adversarial_loss(made: Judgement) -> Tensor:
    """One term of eq. 5, as the generator sees it."""
    return _as_real(made)


def reconstruction_loss(made: Tensor, real: Tensor, lower_half: bool = True) -> Tensor:
    """Eq. 6 as a mean: with a sum its weight of 600 would leave nothing to the critics.

    Args:
        made: [..., H, W] in [-1, 1].
        real: the same.
        lower_half: rows H / 2 to H only.
    """
    first = made.shape[-2] // 2 if lower_half else 0
    return functional.l1_loss(made[..., first:, :], real[..., first:, :])


def mouth_loss(made: Tensor, real: Tensor) -> Tensor:
    """Mean L1 over the mouth alone (not in the paper), pictures [..., H, W] in [-1, 1]."""
    return functional.l1_loss(mouth_of(made), mouth_of(real))


def accuracy(judgement: Judgement, real: bool) -> Tensor:
    """Share of the scores that are on the right side."""
    right = [((s > 0) if real else (s < 0)).float().mean() for s in judgement.scores]
    return torch.stack(right).mean()


def _as_real(judgement: Judgement) -> Tensor:
    return _mean(judgement, lambda scores: functional.softplus(-scores))


def _as_made(judgement: Judgement) -> Tensor:
    return _mean(judgement, functional.softplus)


def _mean(judgement: Judgement, term: Callable[[Tensor], Tensor]) -> Tensor:
    return torch.stack([term(scores.float()).mean() for scores in judgement.scores]).mean()
