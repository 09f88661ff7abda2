"""Chooses one person and finds all tracklets that show the same one.

MediaPipe gives no identity. The shape of the rigid parts of the face, averaged over a tracklet,
separates people well enough: two halves of a clip differ by 0.005 to 0.024, two people of the
GRID corpus and our other clips by 0.015 to 0.09 (norm of the difference of aligned unit shapes).
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from visemix.core.measures import STABLE
from visemix.core.rotations import similarity
from visemix.plugins.mediapipe_tracker.engine import Landmarks
from visemix.plugins.mediapipe_tracker.tracklets import Tracklet

SAME_PERSON = 0.05
"""Largest shape difference at which a face after a break counts as the same person."""

SHORTEST = 3
"""Tracklets of fewer frames are taken for false detections where there are longer ones."""

_SHAPE = (*STABLE, 2, 98, 327, 64, 294, 127, 356, 234, 454, 21, 251, 46, 276, 55, 285)
"""Points whose place on the head the mouth and the lids do not change."""


def choose(tracklets: Sequence[Tracklet], face: Landmarks | None) -> Tracklet:
    """The person to follow.

    Args:
        tracklets: of the clip, at least one.
        face: the wanted face where faces first appear; None for the largest (height squared,
            summed over its frames, flashes left out).
    """
    if face is None:
        return max(without_flashes(tracklets), key=lambda t: t.area)
    first = min(t.frames[0] for t in tracklets)
    early = [t for t in tracklets if t.frames[0] == first]
    return min(early, key=lambda t: float(np.linalg.norm((t.faces[0] - face)[:, :2].mean(0))))


def without_flashes(tracklets: Sequence[Tracklet]) -> list[Tracklet]:
    """The tracklets that last, or all if none does."""
    return [t for t in tracklets if len(t.frames) >= SHORTEST] or list(tracklets)


def gather(chosen: Tracklet, tracklets: Sequence[Tracklet], frames: int) -> list[Tracklet]:
    """``chosen`` and every tracklet that shows the same person at another time.

    Args:
        chosen: the person.
        tracklets: of the clip.
        frames: length of the clip.
    """
    taken: NDArray[np.bool_] = np.zeros(frames, bool)
    taken[chosen.frames] = True
    found, shape = [chosen], mean_shape(chosen.faces)
    others = [t for t in tracklets if t is not chosen]
    for distance, number in sorted(
        (shape_difference(shape, mean_shape(t.faces)), n) for n, t in enumerate(others)
    ):
        other = others[number]
        if distance <= SAME_PERSON and not other.overlaps(taken):
            taken[other.frames] = True
            found.append(other)
    return found


def mean_shape(faces: Sequence[Landmarks]) -> torch.Tensor:
    """[P, 3] mean shape of the rigid parts, centred, of norm 1."""
    step = max(len(faces) // 50, 1)  # more frames change nothing
    shapes = torch.from_numpy(np.stack([face[list(_SHAPE)] for face in faces[::step]])).double()
    shapes = shapes - shapes.mean(1, keepdim=True)
    mean: torch.Tensor = shapes[0]
    for _ in range(2):
        mean = mean / torch.linalg.vector_norm(mean)
        scale, rotation, _ = similarity(shapes, mean.expand_as(shapes))
        mean = (scale[:, None, None] * (shapes @ rotation.mT)).mean(0)
    unit: torch.Tensor = mean / torch.linalg.vector_norm(mean)
    return unit


def shape_difference(first: torch.Tensor, second: torch.Tensor) -> float:
    """Norm of the difference of two unit shapes after the best rotation."""
    _, rotation, _ = similarity(first, second)
    return float(torch.linalg.vector_norm(first @ rotation.mT - second))
