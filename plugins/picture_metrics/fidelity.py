"""PSNR and SSIM against the true pictures."""

import torch
from torch import Tensor

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.core.picture_measures import (
    SSIM_WINDOW,
    decibels,
    frame_error,
    frame_ssim,
    grey,
)
from visemix.plugins.picture_metrics.pictures import pairs, size


class Psnr(Metric):
    """Peak signal-to-noise ratio of every frame, dB.

    Args:
        levels: "grey" as in the evaluation that the papers share, or "rgb".
    """

    def __init__(self, *, levels: str = "grey") -> None:
        self._grey = levels == "grey"

    def observe(self, case: Case) -> Observation:
        """See Metric; infinite where every frame equals the true one."""
        errors, numbers = [], 0
        for made, real in pairs(case):
            shown = self._shown(made, real)
            errors.append(frame_error(*shown))
            numbers = shown[0][0].numel()
        if not errors:
            return Observation.of(float("nan"), "no frames")
        return Observation({"value": decibels(torch.cat(errors), numbers).float()}, size(case.real))

    def _shown(self, made: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
        return (grey(made), grey(real)) if self._grey else (made, real)


class Ssim(Metric):
    """Structural similarity of every frame: uniform windows of 7 px, mean over the channels.

    Args:
        levels: "rgb" as in the evaluation that the papers share, or "grey".
    """

    def __init__(self, *, levels: str = "rgb") -> None:
        self._grey = levels == "grey"

    def observe(self, case: Case) -> Observation:
        """See Metric."""
        if min(case.real.crop.height, case.real.crop.width) < SSIM_WINDOW:
            return Observation.of(float("nan"), f"{size(case.real)} is too small")
        found = [
            frame_ssim(grey(made), grey(real)) if self._grey else frame_ssim(made, real)
            for made, real in pairs(case)
        ]
        if not found:
            return Observation.of(float("nan"), "no frames")
        return Observation({"value": torch.cat(found).float()}, size(case.real))
