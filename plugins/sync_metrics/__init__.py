"""Metrics of synchrony: whether lips and sound belong together, and how late one of them is."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import Metric


@hookimpl
def visemix_metrics() -> dict[str, type[Metric]]:
    """``lag-offset`` and ``lag-confidence`` offline; SyncNet's with a user's weights."""
    from visemix.plugins.sync_metrics.av import AvConfidence, AvOffset
    from visemix.plugins.sync_metrics.lag import LagConfidence, LagOffset

    return {
        "lag-offset": LagOffset,
        "lag-confidence": LagConfidence,
        "av-offset": AvOffset,
        "av-confidence": AvConfidence,
    }
