"""Per-clip figures as scores: larger is better, seeds averaged, one table per metric."""

import math
from collections.abc import Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from visemix.core.judging.comparison import CONTROLS, Comparison, Definition, Pooled

GROUND_TRUTH = CONTROLS[0]


@attrs.frozen(eq=False)
class Table:
    """One metric over systems and clips.

    Attributes:
        metric: its definition.
        values: system -> [C] figures, mean over seeds, in the order of the clips; NaN where one
            could not be measured, infinite where made and true pictures are equal.
    """

    metric: Definition
    values: Mapping[str, NDArray[np.float64]]

    def scores(self, system: str) -> NDArray[np.float64]:
        """[C], larger is better; "nearer" metrics score minus the distance to the ground truth."""
        values = self.values[system]
        truth = self.values.get(GROUND_TRUTH, np.full_like(values, math.nan))
        pairs = zip(values, truth, strict=True)
        return np.array([score(self.metric.better, value, real) for value, real in pairs])


def tables(comparison: Comparison) -> dict[str, Table]:
    """Label of a metric -> its table; metrics of whole sets of clips have none."""
    found: dict[tuple[str, str, str], list[float]] = {}
    for row in comparison.values:
        value = math.nan if row.value is None else row.value
        found.setdefault((row.metric, row.system, row.clip), []).append(value)
    clips = [clip.name for clip in comparison.clips]
    return {
        metric.label: Table(
            metric,
            {
                system.name: np.array(
                    [_mean(found.get((metric.label, system.name, clip), [])) for clip in clips]
                )
                for system in comparison.systems
            },
        )
        for metric in comparison.metrics
        if not metric.pooled
    }


def score(better: str, value: float, truth: float) -> float:
    """A figure as a score, larger is better.

    >>> score("nearer", 0.75, 0.5), score("smaller", 2.0, 0.0)
    (-0.25, -2.0)
    """
    if better == "nearer":
        return -abs(value - truth) if value != truth else 0.0  # infinities have no difference
    return value if better == "larger" else -value


def pooled_row(rows: Sequence[Pooled], system: str, metric: str) -> Pooled | None:
    """The figure of all clips of one system on one metric."""
    return next((row for row in rows if (row.system, row.metric) == (system, metric)), None)


def truth_of(rows: Sequence[Pooled], metric: Definition) -> float:
    """The ground truth's own figure of all clips; 0 where it has none."""
    row = pooled_row(rows, GROUND_TRUTH, metric.label)
    return 0.0 if row is None or row.value is None else row.value


def _mean(values: list[float]) -> float:
    """Over seeds, without those that could not be measured."""
    measured = [value for value in values if not math.isnan(value)]
    return sum(measured) / len(measured) if measured else math.nan
