"""Head motion: what the networks say of the pose, made as slow and as wide as the person's."""

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Value
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Subject
from visemix.plugins.lstm_pose.bases import POSE
from visemix.plugins.lstm_pose.clips import posed

FOLLOW = 0.2
"""Share of the way to the new pose that each of two filters goes in a frame."""

WIDEST = 2.0
"""Standard deviations at which the motion saturates."""


@attrs.frozen(eq=False)
class Range(Value):
    """Where a person holds the head.

    Attributes:
        mean: [6] pitch, yaw, roll in degrees; scale, x, y (EULER_DEG_ORTHO).
        std: [6].
        low, high: [6], never left.
    """

    mean: Tensor
    std: Tensor
    low: Tensor
    high: Tensor


PHOTO_STD = (0.8, 1.2, 0.6, 0.004, 0.008, 0.008)
"""Motion of a head that was seen in one picture: degrees, then shares of the pose's scale."""

WATCHED_S = 3.0
"""Shorter references say where a head is, not how far it moves."""


def range_of(subject: Subject, factor: float) -> Range:
    """Where this person holds the head.

    Args:
        subject: its own range where it was watched, a small one around the pose of a photo.
        factor: on the width of the range.
    """
    pose = posed(subject.fit)[subject.track.found]
    mean = pose.mean(0)
    photo = torch.tensor(PHOTO_STD)
    photo[3:] = photo[3:] * mean[3]
    if subject.photo or len(subject.track.found) < WATCHED_S * subject.fps:
        std = photo
        return Range(mean, std * factor, mean - 3 * std * factor, mean + 3 * std * factor)
    low, high = pose.amin(0), pose.amax(0)
    std = pose.std(0, correction=0)
    return Range(mean, std * factor, mean + (low - mean) * factor, mean + (high - mean) * factor)


@attrs.frozen(eq=False)
class Inertia(Value):
    """State of the two filters.

    Attributes:
        first, second: [6].
    """

    first: Tensor
    second: Tensor

    @staticmethod
    def still() -> "Inertia":
        """At the mean pose."""
        return Inertia(torch.zeros(POSE), torch.zeros(POSE))


def follow(wanted: Tensor, inertia: Inertia) -> tuple[Tensor, Inertia]:
    """Smoothed pose [T, 6] and the state after it."""
    first, second = inertia.first, inertia.second
    rows = []
    for row in wanted:
        first = torch.lerp(first, row, FOLLOW)
        second = torch.lerp(second, first, FOLLOW)
        rows.append(second)
    smoothed = torch.stack(rows) if rows else wanted
    return smoothed, Inertia(first, second)


def settled(wanted: Tensor) -> Tensor:
    """Smoothed pose [T, 6] of a whole clip."""
    return follow(wanted, Inertia.still())[0]


def pose_in(extent: Range, deviations: Tensor) -> HeadPose:
    """The pose that lies ``deviations`` [T, 6] standard deviations from the person's mean."""
    bounded = WIDEST * torch.tanh(deviations / WIDEST)
    pose = (extent.mean + bounded * extent.std).clamp(extent.low, extent.high)
    return HeadPose(pose[:, :3].clone(), pose[:, 3:].clone(), PoseConvention.EULER_DEG_ORTHO)
