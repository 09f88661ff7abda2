"""Frames per second; each kind says what its time covers."""

from visemix.core.judging.cost import Cost
from visemix.plugins.cost_metrics.cost_metric import CostMetric, Unmeasured


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
    """Without the start: from the first frame, or the first block of frames made at once, on."""

    def measure(self, cost: Cost) -> float:
        """Frames/s."""
        gaps = cost.frame_s[_first_wait(cost.frame_s) :]
        return _rate(len(gaps), sum(gaps))


def _first_wait(gaps: tuple[float, ...]) -> int:
    """The first gap that is waited for.

    Parts work in blocks, and the frames of a block come out together: without this a video of one
    and a half blocks would seem to take half its time.
    """
    mean = sum(gaps) / max(len(gaps), 1)
    return next((k for k, gap in enumerate(gaps) if gap >= mean), 0)


def _rate(frames: int, seconds: float) -> float:
    if frames == 0 or seconds <= 0:
        raise Unmeasured("too few frames to tell")
    return frames / seconds
