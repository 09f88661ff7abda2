"""Losses of Yi et al., eq. 4, one function per term, and their weights."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn import functional

WEIGHTS = {
    "render_adversarial": 1.0,
    "l1": 100.0,
    "attention_size": 2.0,
    "attention_variation": 1e-5,
    "memory": 1.0,
}
"""Of the terms; the critics' own weights in a recipe are factors on ``render_adversarial``."""

Term = Callable[[Tensor], Tensor]


def l1(made: Tensor, true: Tensor) -> Tensor:
    """||g - G(r, f)||_1, mean over pictures [B, 3, H, W] in [-1, 1] (eq. 4)."""
    return functional.l1_loss(made, true)


def attention_norm(attention: Tensor) -> Tensor:
    """||A||_2 of maps [B, 1, H, W] per pixel, its root mean square (eq. 4, paper).

    The norm itself would be H times this and drown every other term.
    """
    return (attention.square().mean((1, 2, 3)) + 1e-12).sqrt().mean()


def attention_mean(attention: Tensor) -> Tensor:
    """Mean of A [B, 1, H, W], what the released code has in place of its norm."""
    return attention.mean()


def squared_variation(attention: Tensor) -> Tensor:
    """Squared differences of neighbours in A [B, 1, H, W], summed (eq. 4, paper)."""
    down, right = _differences(attention)
    return (down.square().sum() + right.square().sum()) / len(attention)


def absolute_variation(attention: Tensor) -> Tensor:
    """Absolute differences of neighbours in A [B, 1, H, W], summed (released code)."""
    down, right = _differences(attention)
    return (down.abs().sum() + right.abs().sum()) / len(attention)


def attention_terms(preset: str) -> Mapping[str, Term]:
    """Both terms on A of a preset, by name."""
    if preset == "released":
        return {"attention_size": attention_mean, "attention_variation": absolute_variation}
    return {"attention_size": attention_norm, "attention_variation": squared_variation}


def _differences(attention: Tensor) -> tuple[Tensor, Tensor]:
    attention = attention.to(torch.float32)  # sums over a picture do not fit 16 bits
    return attention.diff(dim=2), attention.diff(dim=3)
