"""A person's neutral shape: what the face looks like, averaged over its calm frames."""

import attrs
import torch
from torch import Tensor

from visemix.core.measures import eye_aspect_ratio
from visemix.core.rotations import similarity
from visemix.plugins.landmark_mesh.alignment import Alignment, align
from visemix.plugins.landmark_mesh.mesh import canonical_mesh
from visemix.plugins.landmark_mesh.regions import LIP_PAIRS, RIGID

ROUNDS = 3
"""Pose and shape are found in turn; the fourth round moves no point by 0.01 cm."""

CALM_SHARE = 0.2
"""Share of frames, those with the smallest lip gap, that the shape is taken from."""

CALM_AT_LEAST = 5
"""Frames, so that a median exists in a short clip."""


@attrs.frozen(eq=False)
class Frontal:
    """A tracked face with its rigid motion taken out.

    Attributes:
        neutral: [V, 3] the person's calm shape, model units.
        alignment: pose of every frame.
        points: [T, V, 3] the landmarks in the model's frame, model units.
    """

    neutral: Tensor
    alignment: Alignment
    points: Tensor


def frontalise(points: Tensor) -> Frontal:
    """Neutral shape and pose of tracked points [T, 478, 3] in camera px (docs/conventions.md)."""
    neutral = canonical_mesh().vertices.to(points)
    for _ in range(ROUNDS):
        frontal = align(neutral, points).undo(points)
        neutral = _anchored(frontal[calm_frames(frontal)].median(0).values)
    alignment = align(neutral, points)
    return Frontal(neutral, alignment, alignment.undo(points))


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


def _anchored(shape: Tensor) -> Tensor:
    """``shape`` in the canonical place and size, so that scale and pose mean the same for all."""
    rigid = list(RIGID)
    canonical = canonical_mesh().vertices.to(shape)
    scale, rotation, shift = similarity(shape[rigid], canonical[rigid])
    return scale * shape @ rotation.mT + shift
