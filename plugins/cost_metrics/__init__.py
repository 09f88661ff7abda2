"""What it took to make a video, one number at a time."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import Metric


@hookimpl
def visemix_metrics() -> dict[str, type[Metric]]:
    """Speed, memory and size; see the manifest."""
    from visemix.plugins.cost_metrics import size, speed, time

    return {
        "fps-cold": speed.ColdRate,
        "fps-warm": speed.WarmRate,
        "fps-steady": speed.SteadyRate,
        "first-frame": time.FirstFrame,
        "frame-p50": time.MedianFrame,
        "frame-p95": time.SlowFrame,
        "prepare-time": time.PrepareTime,
        "personalise-time": time.PersonaliseTime,
        "stage-time": time.StageTime,
        "drift": time.Drift,
        "peak-cpu": size.PeakCpu,
        "peak-gpu": size.PeakGpu,
        "checkpoint-size": size.CheckpointSize,
        "parameters": size.Parameters,
    }
