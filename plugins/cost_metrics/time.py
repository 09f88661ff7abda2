"""How long one waits for frames, and whether picture and sound end together."""

from collections.abc import Sequence

import torch

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.core.judging.cost import Cost
from visemix.plugins.cost_metrics.cost_metric import (
    NAN,
    CostMetric,
    Unmeasured,
    after_start,
)

MS = 1000


class FirstFrame(CostMetric):
    """From the sound to the first finished frame, everything loaded."""

    def measure(self, cost: Cost) -> float:
        """Milliseconds."""
        return cost.first_frame_s * MS


class PrepareTime(CostMetric):
    """Tracking and fitting the reference."""

    def measure(self, cost: Cost) -> float:
        """Seconds."""
        return cost.prepare_s


class PersonaliseTime(CostMetric):
    """Learning the person from the reference; 0 for systems that do not."""

    def measure(self, cost: Cost) -> float:
        """Seconds."""
        return cost.personalise_s


class FrameTime(Metric):
    """A quantile of the times of frames, over all videos, without those finished first."""

    quantile: float

    def observe(self, case: Case) -> Observation:
        """Milliseconds; "times" has those of all frames."""
        if case.cost is None:
            return Observation.of(NAN, "nothing was measured: it was not made by a system")
        try:
            times = torch.tensor(after_start(case.cost)) * MS
        except Unmeasured as e:
            return Observation.of(NAN, str(e))
        return Observation({"value": torch.quantile(times, self.quantile), "times": times})

    def conclude(self, observations: Sequence[Observation]) -> float:
        """Milliseconds, NaN if nothing was measured."""
        times = [o.values["times"] for o in observations if "times" in o.values]
        return float(torch.quantile(torch.cat(times), self.quantile)) if times else NAN


class MedianFrame(FrameTime):
    """Half of the frames take less."""

    quantile = 0.5


class SlowFrame(FrameTime):
    """One frame in twenty takes more."""

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
