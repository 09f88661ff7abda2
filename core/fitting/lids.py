"""Blinks of models whose expressions shut the eyes.

The attribute ``blink`` shuts both eyes; what is left in the lid columns of the expression is how
far each differs from it (a wink, a squint). So a blink is said once, and a model that predicts
blinks apart from expressions can.
"""

import torch
from torch import Tensor

SHUT = 5.0
"""AU45 of shut eyes (FaceAttributes.blink)."""

USUAL_FRAMES = 5.0
"""A lid column of 1 shuts the eye of the mean person; it takes this many shut frames to outweigh
that."""

LEAST, MOST = 0.5, 1.5
"""Limits of a person's lid travel; beyond them the tracker is to blame."""


def lid_travel(lids: Tensor, blink: Tensor) -> Tensor:
    """Lid coefficients of this person's shut eyes [S].

    Args:
        lids: [T, S] lid columns of a fitted expression.
        blink: [T] AU45, 0 to 5, as tracked.
    """
    closed = blink / SHUT
    together = closed @ lids + USUAL_FRAMES
    return (together / (closed @ closed + USUAL_FRAMES)).clamp(LEAST, MOST)


def closing(blink: Tensor, travel: Tensor) -> Tensor:
    """Lid columns [T, S] of blinks [T]."""
    return blink[:, None] / SHUT * travel


def with_lids(expression: Tensor, columns: tuple[int, ...], added: Tensor) -> Tensor:
    """``expression`` [T, E] with ``added`` [T, S] on its lid columns."""
    return expression.index_add(1, torch.tensor(columns, dtype=torch.int64), added)
