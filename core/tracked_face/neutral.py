"""A person's neutral shape: what the face looks like, averaged over its calm frames."""

import attrs
from torch import Tensor

from visemix.core.fitting.alignment import Alignment
from visemix.core.fitting.calm import calm_frames
from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.fitting.mediapipe_points import RIGID
from visemix.core.rotations import similarity
from visemix.core.tracked_face.alignment import align

ROUNDS = 3
"""Pose and shape are found in turn; the fourth round moves no point by 0.01 cm."""


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


def _anchored(shape: Tensor) -> Tensor:
    """``shape`` in the canonical place and size, so that scale and pose mean the same for all."""
    rigid = list(RIGID)
    canonical = canonical_mesh().vertices.to(shape)
    scale, rotation, shift = similarity(shape[rigid], canonical[rigid])
    return scale * shape @ rotation.mT + shift
