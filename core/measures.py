"""How a talking face is measured: lips, eyes, head, jitter; on tracked landmarks.

Landmarks are [T, 478, 3] in px (MediaPipe), both clips on the same frame grid.
"""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.rotations import similarity

STABLE = (33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 10, 151, 9, 8)
"""Points that carry the rigid motion of the head."""

LIPS = (
    *(61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146),
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95),
)
"""The 40 points of the outer and inner lips."""

EYES = ((33, 160, 158, 133, 153, 144), (362, 385, 387, 263, 373, 380))
"""Corner, two upper lid points, corner, two lower lid points; right eye, left eye."""

BLINK_LEVEL = 0.6
"""A blink is a run of eye aspect ratios below this share of their 80th percentile."""


@attrs.frozen
class Blink:
    """One closure of the eyes.

    Attributes:
        start: first frame below the level.
        stop: first frame above it again.
    """

    start: int
    stop: int


def remove_rigid_motion(landmarks: Tensor, reference: Tensor) -> Tensor:
    """Landmarks [T, L, 3] aligned to one reference frame [L, 3], frame by frame.

    A similarity (scale, rotation, shift in three dimensions) on the stable points, whose centroid
    in the reference becomes the origin and whose norm becomes 1: the result has no unit.
    """
    stable = list(STABLE)
    target = reference[stable] - reference[stable].mean(0)
    target = target / _length(target.flatten())
    source = landmarks[:, stable]
    scale, rotation, shift = similarity(source, target.expand_as(source))
    return scale[:, None, None] * (landmarks @ rotation.mT) + shift[:, None]


def lip_gap(aligned: Tensor) -> Tensor:
    """Distance between upper and lower inner lip (13 and 14) in every frame [T], in the image."""
    return _length(aligned[:, 13, :2] - aligned[:, 14, :2])


def correlation(first: Tensor, second: Tensor) -> float:
    """Pearson correlation of two series [T]; 0 where one of them is constant."""
    a, b = first.double() - first.double().mean(), second.double() - second.double().mean()
    norm = _length(a) * _length(b)
    return float((a * b).sum() / norm) if norm > 0 else 0.0


def lip_gap_correlation(made: Tensor, real: Tensor, reference: Tensor) -> float:
    """Correlation at lag 0 of the lip gaps of two clips [T, L, 3], rigid motion removed.

    Raises:
        InvalidValue: they differ in length.
    """
    _same_length(made, real)
    gaps = (lip_gap(remove_rigid_motion(clip, reference)) for clip in (made, real))
    return correlation(*gaps)


def mouth_distance(made: Tensor, real: Tensor) -> float:
    """Mean distance in the image over the 40 lip points of two aligned clips [T, L, 3]."""
    lips = list(LIPS)
    gap = made[..., lips, :2] - real[..., lips, :2]
    return float(_length(gap).mean())


def mouth_distance_ratio(made: Tensor, real: Tensor, reference: Tensor) -> float:
    """Mouth distance relative to that of a constant mouth; 1 is no better than standing still.

    Args:
        made: [T, L, 3] generated clip.
        real: [T, L, 3] the truth.
        reference: [R, L, 3] the reference part; its first frame fixes the alignment, its mean
            mouth is the constant one.

    Raises:
        InvalidValue: the clips differ in length.
    """
    _same_length(made, real)
    truth = remove_rigid_motion(real, reference[0])
    still = remove_rigid_motion(reference, reference[0]).mean(0)
    moved = mouth_distance(remove_rigid_motion(made, reference[0]), truth)
    return moved / mouth_distance(still, truth)


def eye_aspect_ratio(landmarks: Tensor) -> Tensor:
    """Height over width of the eye openings [T], mean of both eyes (Soukupova and Cech 2016)."""
    eyes = [landmarks[..., list(eye), :2] for eye in EYES]
    return torch.stack([_aspect(eye) for eye in eyes]).mean(0)


def _aspect(eye: Tensor) -> Tensor:
    corner, upper_a, upper_b, other, lower_b, lower_a = eye.unbind(-2)
    height = _length(upper_a - lower_a) + _length(upper_b - lower_b)
    return height / (2 * _length(corner - other)).clamp_min(1e-9)


def _length(vectors: Tensor) -> Tensor:
    lengths: Tensor = torch.linalg.vector_norm(vectors, dim=-1)
    return lengths


def blinks(ratio: Tensor) -> list[Blink]:
    """Runs of the eye aspect ratio [T] below 0.6 x its 80th percentile.

    >>> blinks(torch.tensor([0.3, 0.3, 0.1, 0.1, 0.3, 0.3]))
    [Blink(start=2, stop=4)]
    """
    shut = ratio < BLINK_LEVEL * torch.quantile(ratio, 0.8)
    edges = torch.diff(torch.nn.functional.pad(shut.int(), (1, 1)))
    starts, stops = (edges == 1).nonzero().flatten(), (edges == -1).nonzero().flatten()
    return [Blink(int(a), int(b)) for a, b in zip(starts, stops, strict=True)]


def head_similarity(made: Tensor, real: Tensor, range_deg: float | None = None) -> float:
    """HS of Yi et al.: 1 - W1 of pitch, yaw and roll [T, 3] in degrees, mean of the three.

    Args:
        made: [T, 3] Euler angles of the generated clip.
        real: [S, 3] those of the truth; the lengths may differ.
        range_deg: W1 is divided by it; None for the joint observed range of each angle.
    """
    scores = []
    for a, b in zip(made.double().unbind(-1), real.double().unbind(-1), strict=True):
        both = torch.cat((a, b))
        span = float(both.max() - both.min()) if range_deg is None else range_deg
        scores.append(1 - wasserstein(a, b) / span if span > 0 else 1.0)
    return sum(scores) / len(scores)


def wasserstein(first: Tensor, second: Tensor) -> float:
    """Distance W1 of two sets of numbers [N], [M]: the area between their cumulative shares."""
    points = torch.cat((first, second)).sort().values
    shares = [
        torch.searchsorted(x.sort().values, points[:-1], right=True) / len(x)
        for x in (first, second)
    ]
    return float(((shares[0] - shares[1]).abs() * torch.diff(points)).sum())


def jitter(landmarks: Tensor, lips: Sequence[int] = LIPS) -> float:
    """Mean length of the second difference of all points but the lips, over the face height.

    Args:
        landmarks: [T, L, 3] px, T >= 3.
        lips: points that do not count.

    Raises:
        InvalidValue: fewer than three frames.
    """
    if len(landmarks) < 3:
        raise InvalidValue(f"jitter needs 3 frames, got {len(landmarks)}")
    keep = [i for i in range(landmarks.shape[1]) if i not in set(lips)]
    second = torch.diff(landmarks[:, keep, :2], n=2, dim=0)
    height = _length(landmarks[:, 10, :2] - landmarks[:, 152, :2]).mean()
    return float(_length(second).mean() / height)


def _same_length(made: Tensor, real: Tensor) -> None:
    if len(made) != len(real):
        raise InvalidValue(f"the clips differ in length: {len(made)} and {len(real)} frames")
