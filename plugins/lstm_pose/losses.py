"""Losses of Yi et al., eq. 2, and what replaces them for the compact network."""

from collections.abc import Mapping

from torch import Tensor

from visemix.core.training.stage import Loss, LossBook
from visemix.plugins.lstm_pose.bases import POSE

COMPACT = {"expression": 1.0, "pose": 0.05, "expression_motion": 1.0, "pose_motion": 0.05}
"""Weights of the compact network's terms, for both presets."""

SMOOTH = 0.01
"""Added under the root of an unsquared error; units are those of the targets, about 1."""

PAPER = {"expression": 1.0, "pose": 0.2, "expression_motion": 0.0001, "pose_motion": 0.01}
"""Weights of eq. 2."""


def published_weights(preset: str, outputs: int) -> dict[str, float]:
    """Weights of eq. 2; the released code means one squared error over all numbers."""
    if preset != "released":
        return PAPER
    share = POSE / outputs
    return {**PAPER, "expression": 1 - share, "pose": share}


def compact_losses(
    made: Tensor, true: Tensor, weights: Mapping[str, float], unsquared: bool = False
) -> LossBook:
    """Errors [B, T, E + 6] of the numbers and of their change from frame to frame.

    Eq. 2 penalises the change of the prediction, which shrinks every motion; here the change is
    compared with the true one.

    Args:
        made: prediction.
        true: target.
        weights: loss name -> factor.
        unsquared: a frame's error counts by its length (smooth at zero), so that the few frames
            that one person's twelve seconds cannot explain do not rule what is learned.
    """
    error = made - true
    change = error.diff(dim=1)

    def mean(part: Tensor) -> Tensor:
        squared = part.square().sum(-1)
        return ((squared + SMOOTH).sqrt() if unsquared else squared).mean()

    terms = {
        "expression": mean(error[..., :-POSE]),
        "pose": mean(error[..., -POSE:]),
        "expression_motion": mean(change[..., :-POSE]),
        "pose_motion": mean(change[..., -POSE:]),
    }
    return {name: Loss(value, weights[name]) for name, value in terms.items()}


def published_losses(made: Tensor, true: Tensor, weights: Mapping[str, float]) -> LossBook:
    """Eq. 2: mean squared errors, and the change of the prediction summed over time [B, T, E + 6].

    The released code sums the change over the numbers too and means it over the batch.
    """
    error, change = made - true, made.diff(dim=1)
    terms = {
        "expression": error[..., :-POSE].square().mean(),
        "pose": error[..., -POSE:].square().mean(),
        "expression_motion": change[..., :-POSE].square().sum((1, 2)).mean(),
        "pose_motion": change[..., -POSE:].square().sum((1, 2)).mean(),
    }
    return {name: Loss(value, weights[name]) for name, value in terms.items()}
