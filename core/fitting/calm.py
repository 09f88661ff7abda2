"""Calm frames of a clip: open eyes, closed lips."""

import torch
from torch import Tensor

from visemix.core.fitting.mediapipe_points import LIP_PAIRS
from visemix.core.measures import eye_aspect_ratio

CALM_SHARE = 0.2
"""Share of frames, those with the smallest lip gap, that a calm shape is taken from."""

CALM_AT_LEAST = 5
"""Frames, so that a median exists in a short clip."""


def inner_lip_gap(points: Tensor) -> Tensor:
    """Mean distance of opposite points of the inner lips [T], in the unit of ``points``."""
    pairs = torch.tensor(LIP_PAIRS)
    apart: Tensor = torch.linalg.vector_norm(
        points[:, pairs[:, 0]] - points[:, pairs[:, 1]], dim=-1
    )
    return apart.mean(1)


def calm_frames(points: Tensor) -> Tensor:
    """Indices [N] of frames with open eyes whose lips are closest together."""
    eyes = eye_aspect_ratio(points)
    gap = inner_lip_gap(points)
    gap = torch.where(eyes < eyes.median() * 0.9, gap.max() + 1, gap)
    count = max(round(len(points) * CALM_SHARE), min(CALM_AT_LEAST, len(points)))
    return gap.argsort()[:count]
