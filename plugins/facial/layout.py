"""Which number of a frame's attributes is what, in the networks' own units."""

from collections.abc import Mapping

import torch
from torch import Tensor

POSE = slice(0, 6)
"""Rotation, then translation."""

BLINK = 6
"""AU45, 0 to 5."""

EXPRESSION = slice(7, None)
EXPRESSION_FROM = 7

SIZES: Mapping[str, int] = {"landmark-mesh-64": 64, "bfm-64": 64, "ict-57": 57}
"""Expression basis -> its size."""


def outputs_of(basis: str) -> int:
    """Numbers of one frame; 71 for the published basis.

    >>> outputs_of("bfm-64")
    71
    """
    return EXPRESSION_FROM + SIZES[basis]


def stacked(pose: Tensor, blink: Tensor, expression: Tensor) -> Tensor:
    """[T, 6], [T], [T, E] to [T, 7 + E]."""
    return torch.cat((pose, blink[:, None], expression), 1)
