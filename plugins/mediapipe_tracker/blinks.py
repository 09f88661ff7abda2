"""AU45, how far the eyes are shut, from the eye aspect ratio (Soukupova and Cech 2016)."""

import torch
from torch import Tensor

from visemix.core.measures import eye_aspect_ratio

OPEN_QUANTILE = 0.8
"""The person's own open level is this quantile of the ratio over the clip."""

OPEN = 0.9
"""Share of the open level from which on the eyes count as fully open: looking down and small
changes of the lids stay 0."""

SHUT = 0.15
"""Share of the open level at which they count as shut; blinks of our clips reach 0.07 to 0.3."""

TYPICAL_OPEN = 0.28
"""Open level of people we measured (0.26 to 0.34), for clips too short to tell."""

ENOUGH = 25
"""Frames from which a clip tells the open level by itself."""


def blink_intensity(landmarks: Tensor, found: Tensor) -> Tensor:
    """AU45 [T] from 0 (open) to 5 (shut): 5 (0.9 - r) / (0.9 - 0.15) clipped, r = ratio / open.

    Args:
        landmarks: [T, 478, 3] px.
        found: [T] bool; the open level is taken from these frames.
    """
    ratio = eye_aspect_ratio(landmarks)
    share = ratio / open_level(ratio[found])
    return (5 * (OPEN - share) / (OPEN - SHUT)).clamp(0, 5)


def open_level(ratio: Tensor) -> float:
    """Eye aspect ratio of the open eyes, from the ratios [N] of a clip."""
    own = float(torch.quantile(ratio, OPEN_QUANTILE))
    if len(ratio) >= ENOUGH:
        return max(own, 1e-3)
    # Few frames may all be inside a blink; wide or narrow eyes are still believed.
    return max(own, 0.75 * TYPICAL_OPEN)
