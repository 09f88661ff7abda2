"""Clips to learn from: feature windows with what the face did, in the person's own units."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.errors import DatasetError
from visemix.core.shapes import Value
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import FaceFit, Subject

BASIS = "landmark-mesh-64"
MOVED = 62
"""Components of the basis that speech moves; the other two are the gaze."""

POSE = 6
OUTPUTS = MOVED + POSE
SPEEDS = (0.9, 1.12)
"""Every clip is also learned from at these speeds, interpolated along time."""


@attrs.frozen(eq=False)
class Units(Value):
    """A person's mean and scale of the numbers that are learned.

    Attributes:
        mean: [68] expression, then pose.
        scale: [68] one for all of the expression (so that a squared error stays a weighted vertex
            error), one for every pose number.
    """

    mean: Tensor
    scale: Tensor

    @staticmethod
    def of(moved: Tensor) -> "Units":
        """Of what a face did, [T, 68]."""
        spread = moved[:, :MOVED].var(0, correction=0).sum().sqrt().clamp_min(1e-3)
        pose = moved[:, MOVED:].std(0, correction=0).clamp_min(1e-3)
        return Units(moved.mean(0), torch.cat((spread.expand(MOVED), pose)))

    def livelier(self, gain: float) -> "Units":
        """Units in which the same numbers mean ``gain`` times the expression."""
        factor = torch.ones(OUTPUTS)
        factor[:MOVED] = gain
        return Units(self.mean, self.scale * factor)


@attrs.frozen(eq=False)
class Spoken(Value):
    """One clip, or a variation of it.

    Attributes:
        windows: [T, R, D] features around every frame.
        targets: [T, 68] (what the face did - mean) / scale.
    """

    windows: Tensor
    targets: Tensor

    @property
    def sequence(self) -> Tensor:
        """[T + R - 1, D] rows whose windows of R are ``windows``."""
        half = self.windows.shape[1] // 2
        before, after = self.windows[0, :half], self.windows[-1, half + 1 :]
        return torch.cat((before, self.windows[:, half], after))


def movement(fit: FaceFit) -> Tensor:
    """What speech moved in every frame of the reference [T, 68].

    Raises:
        DatasetError: the fit has another expression basis, or lacks the pose.
    """
    moved = full_movement(fit)
    return torch.cat((moved[:, :MOVED], moved[:, -POSE:]), 1)


def full_movement(fit: FaceFit) -> Tensor:
    """Expression and pose of every frame of the reference [T, 70].

    Raises:
        DatasetError: the fit has another expression basis, or lacks the pose.
    """
    seen = fit.attributes
    if seen.basis != BASIS or seen.expression is None:
        what = f"lstm-pose learns expressions in the basis {BASIS!r}, not {seen.basis!r}"
        do = "prepare it again with the face model 'landmark-mesh'"
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


def spoken(subject: Subject, features: AudioFeatures, reach: int, units: Units) -> Spoken:
    """A prepared clip in the given units."""
    windows = inner_rows(features, reach)
    moved = movement(subject.fit)
    frames = min(len(windows), len(moved))
    return Spoken(windows[:frames], (moved[:frames] - units.mean) / units.scale)


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
