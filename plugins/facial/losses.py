"""Losses of FACIAL-GAN: eqs. 4 to 8 of the paper, and what the released code does instead."""

from collections.abc import Callable, Mapping

import attrs
import torch
from torch import Tensor

from visemix.core.errors import TrainingError
from visemix.core.training.adversarial import GanLoss
from visemix.core.training.stage import Loss, LossBook
from visemix.core.training.weights import chosen
from visemix.plugins.facial.layout import BLINK, EXPRESSION, POSE

PAPER = {
    "expression": 2.0,
    "expression_motion": 20.0,
    "pose": 1.0,
    "pose_motion": 10.0,
    "eye": 5.0,
    "eye_motion": 50.0,
    "start": 10.0,
    "attribute_adversarial": 1.0,
}
"""Weights of sums: omega 1 to 4 = 2, 1, 5, 10; the motion has omega 5 = 10 times its term's."""

RELEASED = {
    "expression": 20.0,
    "expression_motion": 200.0,
    "pose": 1.0,
    "pose_motion": 10.0,
    "eye": 0.5,
    "eye_motion": 1.0,
    "start": 10.0,
    "attribute_adversarial": 1.0,
}
"""Weights of means. They never go with the sums of the paper: its start and adversarial terms
would weigh hundreds of times less against the rest than in the released code."""

PARTS = {"expression": EXPRESSION, "pose": POSE, "eye": slice(BLINK, BLINK + 1)}


@attrs.frozen
class Objective:
    """What one preset minimises.

    Attributes:
        weights: loss name -> factor; that of "attribute_adversarial" multiplies a critic's own.
        summed: errors are summed over frames and numbers (paper), not averaged (released).
        gan: objective of the critics' game.
    """

    weights: Mapping[str, float]
    summed: bool
    gan: GanLoss


def objective(preset: str, replaced: Mapping[str, float]) -> Objective:
    """Of a preset, with the weights that the recipe replaces.

    Raises:
        TrainingError: there is no such preset.
    """
    known = {
        "paper": Objective(PAPER, summed=True, gan=GanLoss.LOG),
        "released": Objective(RELEASED, summed=False, gan=GanLoss.LEAST_SQUARES),
    }
    if preset not in known:
        do = f"the presets of facial-gan are {' and '.join(known)}"
        raise TrainingError(f"there is no preset {preset!r}", where="training.preset", do=do)
    return attrs.evolve(known[preset], weights=chosen(known[preset].weights, replaced))


def regression_losses(made: Tensor, true: Tensor, state: Tensor, wanted: Objective) -> LossBook:
    """Eqs. 4, 5, 6 and 7: everything but the critic's opinion.

    Args:
        made: prediction [B, T, S], T > 1.
        true: target [B, T, S].
        state: [B, S] that the prediction started from.
        wanted: weights, sums or means.
    """
    reduce = summed if wanted.summed else torch.mean
    book = {}
    for name, part in PARTS.items():
        book[name] = position_loss(made[..., part], true[..., part], reduce)
        book[f"{name}_motion"] = motion_loss(made[..., part], true[..., part], reduce)
    first = paper_start_loss if wanted.summed else released_start_loss
    book["start"] = first(made[:, 0], state)
    return {name: Loss(value, wanted.weights[name]) for name, value in book.items()}


def position_loss(made: Tensor, true: Tensor, reduce: Callable[[Tensor], Tensor]) -> Tensor:
    """V: squared error of every frame (eq. 4, first term) [B, T, S]."""
    return reduce((made - true).square())


def motion_loss(made: Tensor, true: Tensor, reduce: Callable[[Tensor], Tensor]) -> Tensor:
    """U: squared error of the change from frame to frame (eq. 4, second term) [B, T, S]."""
    return reduce((made.diff(dim=1) - true.diff(dim=1)).square())


def paper_start_loss(first: Tensor, state: Tensor) -> Tensor:
    """L_s: distance of the first frame [B, S] from the state (eq. 5), summed."""
    return summed((first - state).abs())


def released_start_loss(first: Tensor, state: Tensor) -> Tensor:
    """The released code's: means of pose, blink, and of blink and expression together [B, S]."""
    error = (first - state).abs()
    return error[:, POSE].mean() + error[:, BLINK].mean() + error[:, BLINK:].mean()


def summed(values: Tensor) -> Tensor:
    """Sum over everything but the batch, mean over that."""
    return values.flatten(1).sum(1).mean()
