"""What follows from a comparison: means with intervals, checks of the controls, verdicts."""

import math
from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from visemix.core.judging.comparison import Comparison, Definition, Pooled
from visemix.core.judging.intervals import FEWEST, Interval, interval, limits
from visemix.core.judging.scores import Table, pooled_row, score, tables, truth_of
from visemix.core.judging.verdicts import Verdict, verdicts


@attrs.frozen
class Summary:
    """One cell of the main table.

    Attributes:
        system, metric: which.
        figure: mean and interval over clips.
    """

    system: str
    metric: str
    figure: Interval


@attrs.frozen
class Order:
    """One order of controls that a metric promises.

    Attributes:
        metric: label.
        text: "re-encoded > still".
        held: whether the means came out so; None where one of them has no value.
    """

    metric: str
    text: str
    held: bool | None


@attrs.frozen
class Analysis:
    """What follows from a comparison.

    Attributes:
        summaries: a cell per system and metric.
        orders: of controls.
        unusable: metric -> why it may not be used in this run.
        verdicts: for every usable metric and pair of recipes.
    """

    summaries: tuple[Summary, ...]
    orders: tuple[Order, ...]
    unusable: Mapping[str, str]
    verdicts: tuple[Verdict, ...]

    def cell(self, system: str, metric: str) -> Interval | None:
        """Figure of one system on one metric."""
        found = (s.figure for s in self.summaries if (s.system, s.metric) == (system, metric))
        return next(found, None)


def analyse(comparison: Comparison) -> Analysis:
    """Means, intervals, checks of the controls and verdicts."""
    per_clip = tables(comparison)
    summaries = tuple(
        _summary(system.name, metric, per_clip, comparison.pooled)
        for metric in comparison.metrics
        for system in comparison.systems
    )
    orders = tuple(
        Order(metric.label, text, _held(metric, text, per_clip, comparison.pooled))
        for metric in comparison.metrics
        for text in metric.controls
    )
    broken: dict[str, list[str]] = {}
    for order in orders:
        if order.held is False:
            broken.setdefault(order.metric, []).append(order.text)
    unusable = {
        metric: f"its controls came out wrong: not {', not '.join(texts)}"
        for metric, texts in broken.items()
    }
    return Analysis(summaries, orders, unusable, tuple(verdicts(comparison, per_clip, unusable)))


def _summary(
    system: str, metric: Definition, per_clip: Mapping[str, Table], pooled: Sequence[Pooled]
) -> Summary:
    if not metric.pooled:
        return Summary(system, metric.label, interval(per_clip[metric.label].values[system]))
    row = pooled_row(pooled, system, metric.label)
    if row is None or row.value is None:
        return Summary(system, metric.label, Interval(math.nan, math.nan, math.nan, 0))
    draws = np.array([v for v in row.replicates if math.isfinite(v)])
    low, high = limits(draws) if len(draws) >= FEWEST else (math.nan, math.nan)
    return Summary(system, metric.label, Interval(row.value, low, high, 0))


def _held(
    metric: Definition, text: str, per_clip: Mapping[str, Table], pooled: Sequence[Pooled]
) -> bool | None:
    """Whether the left control is better than the right one, on clips that both have."""
    left, _, right = text.partition(" > ")
    ours, other = (
        _pooled_scores(metric, left, right, pooled)
        if metric.pooled
        else _clip_scores(per_clip[metric.label], left, right)
    )
    return None if math.isnan(ours) or math.isnan(other) else ours > other


def _pooled_scores(
    metric: Definition, left: str, right: str, pooled: Sequence[Pooled]
) -> tuple[float, float]:
    rows = (pooled_row(pooled, name, metric.label) for name in (left, right))
    truth = truth_of(pooled, metric)
    values = (math.nan if row is None or row.value is None else row.value for row in rows)
    ours, other = (score(metric.better, value, truth) for value in values)
    return ours, other


def _clip_scores(table: Table, left: str, right: str) -> tuple[float, float]:
    if not {left, right} <= set(table.values):
        return math.nan, math.nan
    scores = table.scores(left), table.scores(right)
    both = ~np.isnan(scores[0]) & ~np.isnan(scores[1])
    if not both.any():
        return math.nan, math.nan
    return float(scores[0][both].mean()), float(scores[1][both].mean())
