"""Whether the action units of speech are present where they are in the truth."""

from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.plugins.lip_metrics.presence import UNITS, presence

BOTH, ADDED, MISSED, NEITHER = range(4)
"""Columns of the counts."""


class ActionUnitMetric(Metric):
    """Presence of five action units, frame by frame, made against real.

    Args:
        source: "landmarks" for our own estimate, "openface" for OpenFace's.
        present: intensity from which our own estimate counts as present, 0 to 5.
        program: OpenFace's FeatureExtraction, where a video has no table beside it.
    """

    def __init__(
        self,
        *,
        source: str = "landmarks",
        present: float = 1.0,
        program: str = "FeatureExtraction",
    ) -> None:
        self._source, self._level, self._program = source, present, program

    def observe(self, case: Case) -> Observation:
        """See Metric: "counts" [5, 4] of frames: in both, added, missed, in neither.

        Raises:
            VisemixError: OpenFace is asked for and cannot be had, or its table is wrong.
        """
        if self._source == "openface" and None in (case.made.file, case.real.file):
            return Observation.of(float("nan"), "there is no video file for OpenFace")
        made, real = (
            presence(take, self._source, self._level, self._program)
            for take in (case.made, case.real)
        )
        if made is None or real is None:
            return Observation.of(float("nan"), "no face")
        frames = min(len(made.there), len(real.there))
        seen = made.seen[:frames] & real.seen[:frames]
        if not bool(seen.any()):
            return Observation.of(float("nan"), "no frame in which both show a face")
        counts = counted(made.there[:frames][seen], real.there[:frames][seen])
        value = torch.tensor(self.figure(counts))
        return Observation({"value": value, "counts": counts}, base_rates(counts))

    def conclude(self, observations: Sequence[Observation]) -> float:
        """See Metric: of the frames of all clips."""
        seen = [o.values["counts"] for o in observations if "counts" in o.values]
        return self.figure(torch.stack(seen).sum(0)) if seen else float("nan")

    @abstractmethod
    def figure(self, counts: Tensor) -> float:
        """The number, of counts [5, 4]."""


class ActionUnitF1(ActionUnitMetric):
    """F1 of each action unit, mean over those that are there in the truth or the made video."""

    def figure(self, counts: Tensor) -> float:
        """See ActionUnitMetric."""
        right = 2 * counts[:, BOTH].double()
        found = right / (right + counts[:, ADDED] + counts[:, MISSED])
        return float(found[~found.isnan()].mean())


class ActionUnitAccuracy(ActionUnitMetric):
    """Share of frames in which presence is right, mean over the action units."""

    def figure(self, counts: Tensor) -> float:
        """See ActionUnitMetric."""
        right = (counts[:, BOTH] + counts[:, NEITHER]).double()
        return float((right / counts.sum(1)).mean())


def counted(made: Tensor, real: Tensor) -> Tensor:
    """[5, 4] frames: in both, added, missed, in neither.

    Args:
        made: [T, 5] bool.
        real: [T, 5] bool.
    """
    kinds = (made & real, made & ~real, ~made & real, ~made & ~real)
    return torch.stack([kind.sum(0) for kind in kinds], 1)


def base_rates(counts: Tensor) -> str:
    """How often each is there in the truth: rare ones make accuracy cheap."""
    there = counts[:, [BOTH, MISSED]].sum(1) / counts.sum(1)
    listed = [
        f"{unit} {100 * float(share):.0f} %" for unit, share in zip(UNITS, there, strict=True)
    ]
    return f"in the truth: {', '.join(listed)}"
