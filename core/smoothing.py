"""Filters over attributes, fed by the runner so that a stream gives what the file gives.

The systems smooth what their networks say (SYSTEMS: FACIAL uses Savitzky-Golay over everything and
a short Gaussian over the pose). Both filters are centred, unless asked: they move nothing in time.
"""

import math

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.timeline import cut, length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import HeadPose
from visemix.core.windows import Step, Window


@attrs.frozen
class Smoothing:
    """A Savitzky-Golay filter over expression, pose and blink, then a Gaussian over the pose.

    Attributes:
        window: frames of the polynomial filter, odd; 1 for none.
        order: of its polynomial, below ``window``.
        pose_taps: frames of the Gaussian over the six pose numbers, odd; 1 for none.
        pose_sigma: its standard deviation, frames.
        pose_peak: frames from the middle to its peak; above 0 the pose comes early (released code
            of FACIAL: 1).

    Raises:
        InvalidValue: an even window, or an order that it cannot hold.

    >>> Smoothing(window=7, order=3, pose_taps=5).runner(25).future
    5
    """

    window: int = 7
    order: int = 3
    pose_taps: int = 1
    pose_sigma: float = 1.0
    pose_peak: int = 0

    def __attrs_post_init__(self) -> None:
        if self.window % 2 == 0 or self.pose_taps % 2 == 0 or min(self.window, self.pose_taps) < 1:
            raise InvalidValue("expected odd numbers of frames", where="Smoothing")
        if not 0 <= self.order < self.window:
            raise InvalidValue(f"expected an order below {self.window}", where="Smoothing.order")

    def runner(self, block: int) -> Window:
        """What the runner has to feed it for ``block`` frames a call."""
        reach = self.window // 2 + self.pose_taps // 2
        return Window(block, past=reach, future=reach)

    def step(self, attributes: FaceAttributes, state: object) -> Step[FaceAttributes]:
        """The block in the middle of ``attributes``, filtered."""
        kernel = savitzky_golay(self.window, self.order)
        reach, rest = self.window // 2, self.pose_taps // 2
        inner = cut(attributes, reach, length(attributes) - reach)
        pose = _filtered_pose(attributes.pose, kernel)
        smoothed = attrs.evolve(
            inner,
            expression=_filtered(attributes.expression, kernel),
            blink=_filtered_within(attributes.blink, kernel),
            pose=pose,
        )
        made = cut(smoothed, rest, length(smoothed) - rest)
        gaussian = gaussian_taps(self.pose_taps, self.pose_sigma, self.pose_peak)
        return Step(attrs.evolve(made, pose=_filtered_pose(pose, gaussian)), state)


def savitzky_golay(window: int, order: int) -> Tensor:
    """[window] float32 taps: the value in the middle of the polynomial fitted to the window.

    Savitzky and Golay, Smoothing and Differentiation of Data by Simplified Least Squares
    Procedures, 1964.
    """
    half = window // 2
    place = torch.arange(-half, half + 1, dtype=torch.float64)
    powers = place[:, None] ** torch.arange(order + 1)
    taps: Tensor = torch.linalg.pinv(powers)[0]
    return taps.to(torch.float32)


def gaussian_taps(taps: int, sigma: float, peak: int = 0) -> Tensor:
    """[taps] float32, summing to 1, largest ``peak`` frames after the middle."""
    places = range(-(taps // 2) - peak, taps // 2 + 1 - peak)
    weights = torch.tensor([math.exp(-0.5 * (k / sigma) ** 2) for k in places])
    return weights / weights.sum()


def _filtered(values: Tensor | None, kernel: Tensor) -> Tensor | None:
    """[T, D] or [T] -> shorter by ``len(kernel) - 1``."""
    if values is None:
        return None
    windows = values.unfold(0, len(kernel), 1)
    return (windows * kernel.to(values)).sum(-1)


def _filtered_within(values: Tensor | None, kernel: Tensor) -> Tensor | None:
    """Blinks stay on their scale: a polynomial overshoots at a fast closing."""
    filtered = _filtered(values, kernel)
    return None if filtered is None else filtered.clamp(0, 5)


def _filtered_pose(pose: HeadPose | None, kernel: Tensor) -> HeadPose | None:
    if pose is None:
        return None
    rotation = _filtered(pose.rotation, kernel)
    translation = _filtered(pose.translation, kernel)
    assert rotation is not None and translation is not None
    return HeadPose(rotation, translation, pose.convention)
