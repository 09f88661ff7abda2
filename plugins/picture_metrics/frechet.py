"""Frechet distances between the made and the true pictures of a set of clips."""

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from visemix.core.errors import CheckpointError
from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation, Take
from visemix.core.networks.efficientnet_lite import EfficientNetLite0, load_efficientnet_lite0
from visemix.plugins.picture_metrics.inception import SIDE, FidInception, load_inception
from visemix.plugins.picture_metrics.moments import FEWEST, frechet_distance
from visemix.plugins.picture_metrics.pictures import common, size, some


class FrechetMetric(Metric):
    """Features of single frames, pooled over all clips before they are compared.

    Args:
        every: only each so-many-th frame is looked at.
    """

    pooled = True

    def __init__(self, every: int) -> None:
        self._every = every

    def observe(self, case: Case) -> Observation:
        """See Metric: "made" and "real", [N, D] float16 each."""
        frames = common(case)
        if not frames:
            return Observation({}, "no frames")
        seen = {"made": self._seen(case.made, frames), "real": self._seen(case.real, frames)}
        return Observation(seen, f"{size(case.real)}, every {self._every}. frame")

    def conclude(self, observations: Sequence[Observation]) -> float:
        """See Metric; NaN for fewer than two pictures."""
        seen = [o.values for o in observations if o.values]
        if sum(len(values["made"]) for values in seen) < FEWEST:
            return float("nan")
        return frechet_distance(*(torch.cat([v[side] for v in seen]) for side in ("made", "real")))

    def _seen(self, take: Take, frames: int) -> Tensor:
        batches = some(take, frames, self._every)
        return torch.cat([self.features(batch.float() / 127.5 - 1).half() for batch in batches])

    @abstractmethod
    def features(self, pictures: Tensor) -> Tensor:
        """[B, D] of pictures [B, 3, H, W] in [-1, 1]."""


class FrechetInception(FrechetMetric):
    """FID: 2,048 features of the Inception network that FID is defined with.

    Args:
        weights: safetensors file of the network (see PAPER.md).
        every: only each so-many-th frame is looked at; published figures take all.

    Raises:
        CheckpointError: no weights are named, or there is no such file.
    """

    def __init__(self, *, weights: str = "", every: int = 5) -> None:
        super().__init__(every)
        if not weights or not Path(weights).is_file():
            what = "it needs FID's Inception network" if not weights else "there is no such file"
            do = "name it as safetensors with frechet-inception.weights (PAPER.md)"
            raise CheckpointError(what, where=weights or "frechet-inception", do=do)
        self._path = Path(weights)

    @cached_property
    def _network(self) -> FidInception:
        return load_inception(self._path)

    @torch.no_grad()
    def features(self, pictures: Tensor) -> Tensor:
        """[B, 2048]."""
        shown = functional.interpolate(pictures, (SIDE, SIDE), mode="bilinear", align_corners=False)
        features: Tensor = self._network(shown)
        return features


class FrechetEfficientNet(FrechetMetric):
    """The same distance of 320 features of EfficientNet-Lite0, which works offline; it is no FID.

    Args:
        every: only each so-many-th frame is looked at.
    """

    SIDE = 224
    """Of the pictures that the network learned from, px."""

    def __init__(self, *, every: int = 5) -> None:
        super().__init__(every)

    @cached_property
    def _network(self) -> EfficientNetLite0:
        return load_efficientnet_lite0()

    @torch.no_grad()
    def features(self, pictures: Tensor) -> Tensor:
        """[B, 320]."""
        side = (self.SIDE, self.SIDE)
        shown = functional.interpolate(pictures, side, mode="bilinear", antialias=True)
        features: Tensor = self._network(shown)[-1].mean((2, 3))
        return features
