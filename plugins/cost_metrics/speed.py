"""Frames per second; each kind says what its time covers."""

from visemix.core.judging.cost import Cost
from visemix.plugins.cost_metrics.cost_metric import CostMetric, Unmeasured, after_start


class ColdRate(CostMetric):
    """From the start of the process: imports, weights, reference, personalisation, all frames."""

    def measure(self, cost: Cost) -> float:
        """Frames/s."""
        return _rate(cost.frames, cost.cold_s)


class WarmRate(CostMetric):
    """Everything loaded, prepared and personalised: from the sound to the written video."""

    def measure(self, cost: Cost) -> float:
        """Frames/s."""
        return _rate(cost.frames, cost.generate_s)


class SteadyRate(CostMetric):
    """Without the start: all frames but those that were finished first, and their time."""

    def measure(self, cost: Cost) -> float:
        """Frames/s."""
        times = after_start(cost)
        return _rate(len(times), sum(times))


def _rate(frames: int, seconds: float) -> float:
    if frames == 0 or seconds <= 0:
        raise Unmeasured("too few frames to tell")
    return frames / seconds
