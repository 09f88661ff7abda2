"""LPIPS against the true pictures, with a user's weights."""

from functools import cached_property
from pathlib import Path

import torch

from visemix.core.errors import CheckpointError
from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.plugins.picture_metrics.lpips_network import SMALLEST, LpipsNetwork
from visemix.plugins.picture_metrics.lpips_weights import load_lpips
from visemix.plugins.picture_metrics.pictures import pairs, size


class Lpips(Metric):
    """Learned perceptual distance of every frame (Zhang et al., 2018).

    Args:
        weights: safetensors file of AlexNet or VGG16, which it tells apart (see PAPER.md).

    Raises:
        CheckpointError: no weights are named, or there is no such file.
    """

    def __init__(self, *, weights: str = "") -> None:
        if not weights or not Path(weights).is_file():
            what = "LPIPS needs weights" if not weights else "there is no such file"
            do = "name torchvision's AlexNet or VGG16 as safetensors with lpips.weights (PAPER.md)"
            raise CheckpointError(what, where=weights or "lpips", do=do)
        self._path = Path(weights)

    def observe(self, case: Case) -> Observation:
        """See Metric.

        Raises:
            CheckpointError: the weights are damaged, or of another network.
        """
        if min(case.real.crop.height, case.real.crop.width) < SMALLEST:
            return Observation.of(float("nan"), f"{size(case.real)} is too small")
        found = [
            self._network(made.float() / 127.5 - 1, real.float() / 127.5 - 1)
            for made, real in pairs(case)
        ]
        if not found:
            return Observation.of(float("nan"), "no frames")
        note = f"{size(case.real)}, {self._network.name}"
        return Observation({"value": torch.cat(found)}, note)

    @cached_property
    def _network(self) -> LpipsNetwork:
        return load_lpips(self._path)
