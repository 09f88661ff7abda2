"""From a person's attributes to the networks' numbers and back."""

import attrs
import torch
from torch import Tensor

from visemix.core.errors import DatasetError
from visemix.core.shapes import Value
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import FaceFit, Subject
from visemix.plugins.facial.layout import BLINK, EXPRESSION, POSE, stacked

WATCHED_S = 3.0
"""Shorter references say where a head is, not how far it moves."""

STILL = {
    PoseConvention.EULER_DEG_ORTHO: (0.8, 1.2, 0.6, 0.6, 1.0, 1.0),
    PoseConvention.EULER_RAD_PERSP: (0.014, 0.021, 0.0105, 0.008, 0.008, 0.04),
    PoseConvention.ROTVEC_PX: (0.014, 0.021, 0.0105, 0.8, 0.8, 4.0),
}
"""Motion of a head that was seen in one picture (a face of 150 px per model unit)."""

FARTHEST = 4.0
"""Standard deviations from the mean pose that are never exceeded."""

LEAST_SPREAD = 1e-4
SHUT = 5.0


@attrs.frozen(eq=False)
class Units(Value):
    """A person's pose is told in standard deviations from their mean; the rest is as it is.

    The released code takes mean and spread of every video; for the general training nobody said
    which it took. With each clip's own, a state of zeros is the mean pose of whoever speaks.

    Attributes:
        mean: [6] of the pose.
        scale: [6] its standard deviation.
        convention: of the pose.
        farthest: [6] units from the mean that are never exceeded: a head stays on its neck.
    """

    mean: Tensor
    scale: Tensor
    convention: PoseConvention
    farthest: Tensor = attrs.field(factory=lambda: torch.full((6,), FARTHEST))

    @staticmethod
    def of(subject: Subject, convention: PoseConvention) -> "Units":
        """Of one person.

        Raises:
            DatasetError: the fit has no pose.
        """
        pose = _pose(subject.fit, convention)[subject.track.found]
        if subject.photo or len(subject.track.found) < WATCHED_S * subject.fps:
            return Units(pose.mean(0), torch.tensor(STILL[convention]), convention)
        scale = pose.std(0, correction=0).clamp_min(LEAST_SPREAD)
        return Units(pose.mean(0), scale, convention)

    def wider(self, gain: Tensor) -> "Units":
        """Units in which the same numbers mean a pose ``gain`` [6] times as far from its mean."""
        return attrs.evolve(self, scale=self.scale * gain, farthest=self.farthest / gain)

    def numbers(self, fit: FaceFit, basis: str) -> Tensor:
        """What the reference shows [T, 7 + E].

        Raises:
            DatasetError: another expression basis, or no pose or blinks.
        """
        seen = fit.attributes
        if seen.basis != basis or seen.expression is None or seen.blink is None:
            what = f"facial-gan learns expressions in the basis {basis!r}, not {seen.basis!r}"
            do = f"prepare it with the face model of {basis!r}, or set attribute_model.basis"
            raise DatasetError(what, where=fit.model, do=do)
        pose = (_pose(fit, self.convention) - self.mean) / self.scale
        return stacked(pose, seen.blink, seen.expression)

    def attributes(self, numbers: Tensor, fps: float, basis: str) -> FaceAttributes:
        """[T, 7 + E] as attributes."""
        away = numbers[:, POSE].clamp(-self.farthest, self.farthest)
        pose = self.mean + away * self.scale
        return FaceAttributes(
            fps,
            expression=numbers[:, EXPRESSION].contiguous(),
            basis=basis,
            pose=HeadPose(pose[:, :3].clone(), pose[:, 3:].clone(), self.convention),
            blink=numbers[:, BLINK].clamp(0, SHUT),
        )


def _pose(fit: FaceFit, convention: PoseConvention) -> Tensor:
    pose = fit.attributes.pose
    if pose is None:
        what = "facial-gan needs the head pose of the reference"
        raise DatasetError(what, where=fit.model, do="use a face model that fits it")
    pose = pose.to(convention)
    return torch.cat((pose.rotation, pose.translation), 1)
