"""How long one waits for frames, and whether picture and sound end together."""

from collections.abc import Sequence

import torch

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.core.judging.cost import Cost
from visemix.plugins.cost_metrics.cost_metric import NAN, CostMetric, Unmeasured

MS = 1000


class FirstFrame(CostMetric):
    """From the sound to the first finished frame, everything loaded."""

    def measure(self, cost: Cost) -> float:
        """Milliseconds."""
        return cost.first_frame_s * MS


class FrameTime(Metric):
    """A quantile of the times between finished frames, over all frames of all videos."""

    quantile: float

    def observe(self, case: Case) -> Observation:
        """Milliseconds; "gaps" has those of all frames."""
        gaps = torch.tensor(case.cost.frame_s if case.cost else ()) * MS
        if not len(gaps):
            why = "too few frames to tell" if case.cost else "it was not made by a system"
            return Observation.of(NAN, f"nothing was measured: {why}")
        return Observation({"value": torch.quantile(gaps, self.quantile), "gaps": gaps})

    def conclude(self, observations: Sequence[Observation]) -> float:
        """Milliseconds, NaN if nothing was measured."""
        gaps = [o.values["gaps"] for o in observations if "gaps" in o.values]
        return float(torch.quantile(torch.cat(gaps), self.quantile)) if gaps else NAN


class MedianFrame(FrameTime):
    """Half of the frames come sooner after the one before."""

    quantile = 0.5


class SlowFrame(FrameTime):
    """One frame in twenty takes longer."""

    quantile = 0.95


class StageTime(CostMetric):
    """Time that one part takes, per frame of the video.

    Args:
        stage: key of the part in a recipe.
    """

    def __init__(self, *, stage: str = "refiner") -> None:
        self._stage = stage

    def measure(self, cost: Cost) -> float:
        """Milliseconds per frame."""
        if self._stage not in cost.stages or cost.frames == 0:
            known = ", ".join(sorted(cost.stages)) or "none"
            raise Unmeasured(f"the time of {self._stage} was not taken (taken: {known})")
        return cost.stages[self._stage] / cost.frames * MS


class Drift(CostMetric):
    """How far the ends of picture and sound lie apart, whichever is longer."""

    def measure(self, cost: Cost) -> float:
        """Milliseconds."""
        return abs(cost.drift_s) * MS
