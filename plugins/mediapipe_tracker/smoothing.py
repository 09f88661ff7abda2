"""Takes the tracker's noise out of the points that hardly move on the head."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.measures import EYES, LIPS, STABLE
from visemix.core.rotations import similarity
from visemix.plugins.mediapipe_tracker.engine import POINTS

_BELOW_NOSE = 2
_MESH = 468  # the points from here on are the irises


def smooth(landmarks: Tensor, cuts: NDArray[np.bool_], amount: float) -> Tensor:
    """Landmarks [T, L, 3] with less jitter in the face's slow parts.

    The rigid motion of the head is taken out, the places on the head of the points above the
    mouth are averaged over three frames with weights (a/4, 1 - a/2, a/4), and the rigid motion is
    put back: head motion, jaw, lips, lids and irises stay exactly as they were tracked.

    It is off by default: most of the jitter is real, and what a = 0.5 takes away is 2 to 4 %.

    Args:
        landmarks: [T, L, 3] px.
        cuts: [T] frames that start a new shot; nothing is averaged across one.
        amount: a, 0 (off) to 1.
    """
    if amount == 0 or len(landmarks) < 3:
        return landmarks
    reference = landmarks[len(landmarks) // 2].double()
    points = landmarks.double()
    stable = list(STABLE)
    target = reference[stable].expand(len(points), -1, -1)
    scale, rotation, shift = similarity(points[:, stable], target)
    on_head = scale[:, None, None] * (points @ rotation.mT) + shift[:, None]
    averaged = _average(on_head, torch.from_numpy(cuts), amount)
    back = (averaged - shift[:, None]) @ rotation / scale[:, None, None]
    result = landmarks.clone()
    slow = slow_points(reference)
    result[:, slow] = back[:, slow].to(landmarks.dtype)
    return result


def slow_points(face: Tensor) -> list[int]:
    """Points [478, 3] above the upper lip that belong neither to the lids nor to the irises."""
    fast = {*LIPS, *EYES[0], *EYES[1], *_LIDS, *range(_MESH, POINTS)}
    down = face[152] - face[10]
    depth = face @ down
    return [p for p in range(POINTS) if p not in fast and depth[p] < depth[_BELOW_NOSE]]


_LIDS = (
    *(7, 163, 145, 173, 157, 158, 159, 161, 246, 130, 247, 30, 29, 27, 28, 56, 190, 243, 25, 110),
    *(249, 390, 374, 381, 382, 398, 384, 386, 388, 466, 359, 467, 260, 259, 257, 258, 286, 414),
    *(463, 255, 339, 154, 155, 24, 23, 22, 26, 112, 254, 253, 252, 256, 341),
)
"""Points of the lids beside the twelve of the eye aspect ratio, and the folds above and below."""


def _average(points: Tensor, cuts: Tensor, amount: float) -> Tensor:
    before, after = points.roll(1, 0), points.roll(-1, 0)
    starts = cuts.clone()
    starts[0] = True
    ends = starts.roll(-1, 0)
    before = torch.where(starts[:, None, None], points, before)
    after = torch.where(ends[:, None, None], points, after)
    return points * (1 - amount / 2) + (before + after) * (amount / 4)
