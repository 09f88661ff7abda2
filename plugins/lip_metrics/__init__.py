"""Metrics of what lips say: words, by a user's lip reader, and action units."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import Metric


@hookimpl
def visemix_metrics() -> dict[str, type[Metric]]:
    """``wer``, ``au-f1`` and ``au-accuracy``."""
    from visemix.plugins.lip_metrics.action_units import ActionUnitAccuracy, ActionUnitF1
    from visemix.plugins.lip_metrics.words import WordErrorRate

    return {"wer": WordErrorRate, "au-f1": ActionUnitF1, "au-accuracy": ActionUnitAccuracy}
