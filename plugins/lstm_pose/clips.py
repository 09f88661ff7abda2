"""Clips to learn from: feature windows with what the face did, in the person's own units."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.errors import DatasetError
from visemix.core.shapes import Value
from visemix.core.timeline import cut, length
from visemix.core.training.dataset import Example
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import FaceFit
from visemix.plugins.lstm_pose.bases import LANDMARK_MESH, POSE, Basis

SPEEDS = (0.9, 1.12)
"""Every clip is also learned from at these speeds, interpolated along time."""


@attrs.frozen(eq=False)
class Units(Value):
    """A person's mean and scale of the numbers that are learned.

    Attributes:
        mean: [N] expression, then pose.
        scale: [N] one for all of the expression (so that a squared error stays a weighted vertex
            error), one for every pose number.
    """

    mean: Tensor
    scale: Tensor

    @staticmethod
    def of(moved: Tensor) -> "Units":
        """Of what a face did, [T, N]."""
        expression, pose = moved[:, :-POSE], moved[:, -POSE:]
        spread = expression.var(0, correction=0).sum().sqrt().clamp_min(1e-3)
        turned = pose.std(0, correction=0).clamp_min(1e-3)
        return Units(moved.mean(0), torch.cat((spread.expand(expression.shape[1]), turned)))

    def livelier(self, gain: float) -> "Units":
        """Units in which the same numbers mean ``gain`` times the expression."""
        factor = torch.ones_like(self.scale)
        factor[:-POSE] = gain
        return Units(self.mean, self.scale * factor)


@attrs.frozen(eq=False)
class Spoken(Value):
    """One clip, or a variation of it.

    Attributes:
        windows: [T, R, D] features around every frame.
        targets: [T, N] (what the face did - mean) / scale.
    """

    windows: Tensor
    targets: Tensor

    @property
    def sequence(self) -> Tensor:
        """[T + R - 1, D] rows whose windows of R are ``windows``."""
        half = self.windows.shape[1] // 2
        before, after = self.windows[0, :half], self.windows[-1, half + 1 :]
        return torch.cat((before, self.windows[:, half], after))


def movement(fit: FaceFit, basis: Basis = LANDMARK_MESH) -> Tensor:
    """What speech moved in every frame of the reference [T, ``basis.outputs``].

    Raises:
        DatasetError: the fit has another expression basis, or lacks the pose.
    """
    moved = full_movement(fit, basis)
    return torch.cat((moved[:, basis.moving], moved[:, -POSE:]), 1)


def full_movement(fit: FaceFit, basis: Basis = LANDMARK_MESH) -> Tensor:
    """Expression and pose of every frame of the reference [T, ``basis.size`` + 6].

    Raises:
        DatasetError: the fit has another expression basis, or lacks the pose.
    """
    seen = fit.attributes
    if seen.basis != basis.name or seen.expression is None:
        what = f"lstm-pose learns expressions in the basis {basis.name!r}, not {seen.basis!r}"
        do = "prepare it again with another face model, or set attribute_model.basis"
        raise DatasetError(what, where=fit.model, do=do)
    return torch.cat((seen.expression, posed(fit)), 1)


def posed(fit: FaceFit) -> Tensor:
    """Pose of every frame of the reference [T, 6]: degrees, then scale, x, y.

    Raises:
        DatasetError: the fit has no pose.
    """
    pose = fit.attributes.pose
    if pose is None:
        what = "lstm-pose needs the head pose of the reference"
        raise DatasetError(what, where=fit.model, do="use a face model that fits it")
    pose = pose.to(PoseConvention.EULER_DEG_ORTHO)
    return torch.cat((pose.rotation, pose.translation), 1)


def spoken(example: Example, reach: int, units: Units, basis: Basis = LANDMARK_MESH) -> Spoken:
    """A prepared clip in the given units."""
    windows = inner_rows(example.features, reach)
    moved = movement(example.subject.fit, basis)
    frames = min(len(windows), len(moved))
    return Spoken(windows[:frames], (moved[:frames] - units.mean) / units.scale)


def beginning(example: Example, frames: int) -> Example:
    """The first ``frames`` frames of what is learned from a clip; all of it for 0."""
    last = min(frames, length(example.subject), length(example.features))
    if frames == 0 or last == length(example.features):
        return example
    return Example(cut(example.subject, 0, last), cut(example.features, 0, last))


def inner_rows(features: AudioFeatures, reach: int) -> Tensor:
    """[T, 2 x reach + 1, D]: the rows around the frame's own."""
    centre = round(features.centre)
    return features.values[:, centre - reach : centre + reach + 1]


def variations(clip: Spoken, speeds: Sequence[float] = SPEEDS) -> list[Spoken]:
    """The clip itself, and the same said faster and slower."""
    changed = [Spoken(stretch(clip.windows, s), stretch(clip.targets, s)) for s in speeds]
    return [clip, *changed]


def stretch(rows: Tensor, speed: float) -> Tensor:
    """Rows [T, ...] read at ``speed`` times the pace, linearly interpolated."""
    last = len(rows) - 1
    at = torch.arange(int(last / speed) + 1, dtype=torch.float64) * speed
    lower = at.floor().long().clamp(0, max(last - 1, 0))
    share = (at - lower).to(rows.dtype).view(-1, *[1] * (rows.ndim - 1))
    return torch.lerp(rows[lower], rows[(lower + 1).clamp(max=last)], share)
