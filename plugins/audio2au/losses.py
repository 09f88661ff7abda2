"""The losses of Chen et al., one function per equation (PAPER.md)."""

import torch
from torch import Tensor
from torch.nn import functional

WEIGHTS = {
    "reconstruction": 1.5,
    "identity": 1.5,
    "perceptual": 0.07,
    "au": 0.02,
    "adversarial": 0.002,
}
"""Of the generator (eq. 8)."""

AU_WEIGHTS = {"au_bce": 1.0, "au_dice": 1.0}
"""Of eq. 4; wherever action units are learned."""

EPSILON = 1.0
"""Of the Dice loss; the paper does not say."""


MOUTH = ((0.58, 0.95), (0.28, 0.72))
"""Rows and columns of the mouth in an aligned square picture, shares of its size."""


def occurrence_weights(rates: Tensor) -> Tensor:
    """Eq. 1: rare action units weigh more; the weights sum to their number.

    One that never occurs has but one answer, as one that always does, and weighs as little: with a
    rate near 0 it would leave nothing to the others.

    >>> occurrence_weights(torch.tensor([0.5, 0.25, 0.25])).tolist()
    [0.6000000238418579, 1.2000000476837158, 1.2000000476837158]

    Args:
        rates: [n] occurrence rates in the training set.
    """
    rarity = 1 / torch.where(rates > 0, rates, 1.0)
    return rarity * len(rates) / rarity.sum()


def cross_entropy_loss(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Eq. 2, weighted mean over action units, mean over frames.

    Args:
        logits: [..., n].
        labels: [..., n], 0 or 1.
        weights: [n].
    """
    each = functional.binary_cross_entropy_with_logits(logits.float(), labels, reduction="none")
    return (each * weights).mean()


def dice_loss(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Eq. 3, for each frame by itself; the same arguments as eq. 2."""
    made = torch.sigmoid(logits.float())
    overlap = (2 * labels * made + EPSILON) / (labels.square() + made.square() + EPSILON)
    return ((1 - overlap) * weights).mean()


def reconstruction_loss(made: Tensor, real: Tensor, mouth: float = 1.0) -> Tensor:
    """Eq. 6, as a mean.

    Args:
        made: [..., H, W] in [-1, 1].
        real: the same.
        mouth: how many times the pixels around the mouth count; 1 as published.
    """
    everywhere = functional.l1_loss(made, real)
    if mouth == 1:
        return everywhere
    rows, columns = mouth_of(made.shape[-2], made.shape[-1])
    there = made[..., rows, columns], real[..., rows, columns]
    share = there[0].numel() / made.numel()
    return everywhere + (mouth - 1) * share * functional.l1_loss(*there)


def mouth_of(height: int, width: int) -> tuple[slice, slice]:
    """Rows and columns of an aligned square picture between which mouth and chin move.

    >>> mouth_of(112, 112)
    (slice(65, 106, None), slice(31, 81, None))
    """
    (top, bottom), (left, right) = MOUTH
    rows = slice(round(top * height), round(bottom * height))
    return rows, slice(round(left * width), round(right * width))


def identity_loss(made: Tensor, still: Tensor) -> Tensor:
    """Eq. 7: the upper half stays as it is in the identity image, mean over W x H/2.

    Args:
        made: [B, L, 3, H, W] in [-1, 1].
        still: [B, 3, H, W], the identity image.
    """
    upper = made.shape[-2] // 2
    wanted = still[:, None, :, :upper].expand_as(made[..., :upper, :])
    return functional.l1_loss(made[..., :upper, :], wanted)


def lower_half(pictures: Tensor) -> Tensor:
    """[..., H, W] to [..., H/2, W], what the classifier of action units sees."""
    return pictures[..., pictures.shape[-2] // 2 :, :]


def accuracy(logits: Tensor, labels: Tensor) -> Tensor:
    """[n] share of frames in which presence is right, per action unit."""
    return ((logits > 0) == (labels > 0.5)).float().flatten(0, -2).mean(0)
