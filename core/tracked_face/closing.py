"""Close the lips of a neutral shape that was taken from an open mouth (one photo, a smile)."""

import torch
from torch import Tensor

from visemix.core.fitting.mediapipe_points import LIP_PAIRS
from visemix.core.tracked_face.expression import ExpressionBasis

CLOSED_GAP = 0.02
"""Inner lips of closed mouths lie this far apart in tracked clips, model units (2 mm)."""

OPEN_GAP = 0.03
"""A calm shape whose lips are further apart than this, on average, shows an open mouth."""


def closed_mouth(neutral: Tensor, basis: ExpressionBasis) -> Tensor:
    """``neutral`` [478, 3] itself, or with its lips closed by the likeliest expression.

    The likeliest is the smallest in units of the spread that each coefficient has in the training
    clips (a Gaussian prior), subject to the heights between opposite inner lip points.
    """
    upper, lower = (list(side) for side in zip(*LIP_PAIRS, strict=True))
    heights = neutral[upper, 1] - neutral[lower, 1]
    if float(heights.mean()) <= OPEN_GAP:
        return neutral
    lift = basis.components[:, upper, 1] - basis.components[:, lower, 1]  # [E, pairs]
    excess = CLOSED_GAP - heights
    prior = basis.spread[:, None] ** 2 * lift
    # A tenth of a millimetre of slack keeps the system well conditioned.
    normal = lift.T @ prior + 1e-6 * torch.eye(len(upper))
    coefficients = prior @ torch.linalg.solve(normal, excess)
    return neutral + basis.decode(coefficients[None])[0]
