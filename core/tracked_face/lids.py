"""Blinks: how far the lids of a person close, and how far they are closed."""

import torch
from torch import Tensor

from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.fitting.mediapipe_points import EYE_LEFT, EYE_RIGHT, MESH
from visemix.core.measures import BLINK_LEVEL, EYES, blinks, eye_aspect_ratio

SHUT = 5.0
"""AU45 of shut eyes (FaceAttributes.blink)."""

SHUT_OPENING = 0.15
"""Opening of shut eyes relative to open ones, median over tracked blinks: the two lid contours
that the tracker sees never fall together."""

BLINKS_TO_LEARN_FROM = 2
"""With fewer, the lids close by the rule of :data:`SHUT_OPENING`."""

LID_HALF_AXES = (0.30, 0.18)
"""Half width and height of the region around an eye that a blink moves, model units."""


def lid_region() -> Tensor:
    """[478] weight of each vertex in a blink: 1 on the lids, falling to 0 half a radius outside."""
    vertices = canonical_mesh().vertices
    region = torch.zeros(len(vertices))
    for eye in (EYE_RIGHT, EYE_LEFT):
        away = (vertices[:, :2] - vertices[list(eye), :2].mean(0)) / torch.tensor(LID_HALF_AXES)
        distance = torch.linalg.vector_norm(away, dim=-1)
        region = torch.maximum(region, (3 - 2 * distance).clamp(0, 1))
    region[MESH:] = 0
    return region


def closure(displacement: Tensor, lids: Tensor) -> Tensor:
    """How far both lids have moved along ``lids`` [2, 478, 3]: [T, 2] shares (right, left)."""
    directions = lids.flatten(1)
    norm = (directions * directions).sum(1)
    return displacement.flatten(1) @ directions.T / norm


def lid_range(neutral: Tensor, points: Tensor, lids: Tensor) -> tuple[Tensor, Tensor]:
    """How far this person's lids move, as multiples of the canonical ``lids`` (right, left).

    Args:
        neutral: [478, 3] calm shape.
        points: [T, 478, 3] frontalised landmarks, model units.
        lids: [2, 478, 3] canonical displacement from open to shut.

    Returns:
        The closure of open eyes [2] and the closure of shut eyes [2], both relative to ``neutral``.
    """
    ratio = eye_aspect_ratio(points)
    moved = closure(points - neutral, lids)
    opened = moved[ratio >= ratio.median()].median(0).values
    if len(blinks(ratio)) >= BLINKS_TO_LEARN_FROM:
        level = BLINK_LEVEL * torch.quantile(ratio, 0.8)
        deepest = torch.quantile(moved[ratio < level], 0.8, dim=0)
        return opened, deepest
    return opened, opened + full_travel(neutral, lids)


def full_travel(neutral: Tensor, lids: Tensor) -> Tensor:
    """Multiple of the canonical closing that leaves :data:`SHUT_OPENING` of the opening [2]."""
    travel = []
    for side, eye in enumerate(EYES):
        before = _opening(neutral, eye)
        after = _opening(neutral + lids[side], eye)
        travel.append((1 - SHUT_OPENING) * before / (before - after))
    return torch.stack(travel)


def _opening(shape: Tensor, eye: tuple[int, ...]) -> Tensor:
    """Signed mean height of an eye opening, so that lids that cross count as negative."""
    _, upper_a, upper_b, _, lower_b, lower_a = (shape[i, 1] for i in eye)
    return (upper_a - lower_a + upper_b - lower_b) / 2
