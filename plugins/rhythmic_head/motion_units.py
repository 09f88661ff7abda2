"""From a person's head poses to Φ's six numbers and back."""

import attrs
import torch
from torch import Tensor

from visemix.core.errors import DatasetError
from visemix.core.rotations import matrix_to_euler, matrix_to_rotvec, rotvec_to_matrix
from visemix.core.shapes import Value
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import FaceFit, Subject

WATCHED_S = 3.0
"""Shorter references say where a head is, not how far it moves."""

STILL = (0.014, 0.021, 0.0105, 0.004, 0.008, 0.008)
"""Motion of a head that was seen in one picture: radians, then shares of the pose's scale."""

FARTHEST = 4.0
"""Standard deviations from the mean pose that are never exceeded."""

LEAST = 1e-4
DEGREES = 180 / torch.pi


@attrs.frozen(eq=False)
class MotionUnits(Value):
    """Standard deviations from a person's mean head motion.

    The six numbers are the rotation vector (radians) and where the head's origin is seen: size (px
    per model unit), x and y (px). The published translation T of p = R l + T is not predicted
    itself: it goes around with R, so that an error of R alone would throw the head out of the
    picture.

    Attributes:
        mean: [6].
        scale: [6] standard deviation.
    """

    mean: Tensor
    scale: Tensor

    @staticmethod
    def of(subject: Subject) -> "MotionUnits":
        """Of one person.

        Raises:
            DatasetError: the fit has no pose.
        """
        motion = motion_of(subject.fit)[subject.track.found]
        mean = motion.mean(0)
        if subject.photo or len(subject.track.found) < WATCHED_S * subject.fps:
            still = torch.tensor(STILL)
            still[3:] *= mean[3]
            return MotionUnits(mean, still)
        return MotionUnits(mean, motion.std(0, correction=0).clamp_min(LEAST))

    def numbers(self, fit: FaceFit) -> Tensor:
        """What the reference shows [T, 6]."""
        return (motion_of(fit) - self.mean) / self.scale

    def pose(self, numbers: Tensor, convention: PoseConvention) -> HeadPose:
        """[T, 6] as head poses."""
        away = numbers.clamp(-FARTHEST, FARTHEST)
        motion = self.mean + away * self.scale
        angles = matrix_to_euler(rotvec_to_matrix(motion[:, :3])) * DEGREES
        pose = HeadPose(angles, motion[:, 3:].clone(), PoseConvention.EULER_DEG_ORTHO)
        return pose.to(convention)


def motion_of(fit: FaceFit) -> Tensor:
    """[T, 6] of a fit: rotation vector (radians), size, x, y (MotionUnits).

    Raises:
        DatasetError: the fit has no pose.
    """
    pose = fit.attributes.pose
    if pose is None:
        what = "the head pose of the reference is needed, and its face model fits none"
        raise DatasetError(what, where=fit.model, do="use a face model that fits it")
    place = pose.to(PoseConvention.EULER_DEG_ORTHO).translation
    return torch.cat((matrix_to_rotvec(pose.matrix()), place), 1)
