"""The main table of a report: systems down, metrics across."""

import math

import attrs

from visemix.core.contracts import GROUPS
from visemix.core.judging.analysis import Analysis
from visemix.core.judging.comparison import Comparison, Definition, System
from visemix.registry.report.numbers import ARROWS, limits, number

COST = "cost"
"""Controls cost nothing that would say something."""


@attrs.frozen
class Cell:
    """One figure.

    Attributes:
        text: the mean.
        interval: its limits, or nothing.
        key: what the column is sorted by; NaN last.
        best: whether it beats every other recipe, by verdict.
        clips: how many clips it was measured on, where that is not all.
    """

    text: str
    interval: str
    key: float
    best: bool
    clips: str


@attrs.frozen
class Row:
    """One system."""

    system: System
    cells: tuple[Cell, ...]
    failures: int


@attrs.frozen
class Column:
    """One metric.

    Attributes:
        metric: its definition.
        arrow: which way is better.
        unusable: why it may not be used in this run; empty if it may.
    """

    metric: Definition
    arrow: str
    unusable: str


@attrs.frozen
class MetricTable:
    """Metrics of one group.

    Attributes:
        group: "picture", "identity", "lips", "motion" or "cost".
        columns: its metrics.
        rows: controls, then recipes; costs are those of recipes only.
    """

    group: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def metric_tables(comparison: Comparison, analysis: Analysis) -> list[MetricTable]:
    """A table per group that has metrics."""
    found = []
    for group in GROUPS:
        metrics = [metric for metric in comparison.metrics if metric.group == group]
        if metrics:
            columns = tuple(
                Column(m, ARROWS[m.better], analysis.unusable.get(m.label, "")) for m in metrics
            )
            shown = [s for s in comparison.systems if group != COST or not s.control]
            rows = tuple(_row(s, metrics, comparison, analysis) for s in shown)
            found.append(MetricTable(group, columns, rows))
    return found


def _row(
    system: System, metrics: list[Definition], comparison: Comparison, analysis: Analysis
) -> Row:
    failures = sum(failure.system == system.name for failure in comparison.failures)
    cells = tuple(_cell(system, metric, comparison, analysis) for metric in metrics)
    return Row(system, cells, failures)


def _cell(system: System, metric: Definition, comparison: Comparison, analysis: Analysis) -> Cell:
    figure = analysis.cell(system.name, metric.label)
    if figure is None:
        return Cell(number(math.nan), "", math.nan, best=False, clips="")
    some = not metric.pooled and 0 < figure.clips < len(comparison.clips)
    return Cell(
        number(figure.mean),
        limits(figure),
        figure.mean,
        _best(system, metric, comparison, analysis),
        f"{figure.clips} of {len(comparison.clips)} clips" if some else "",
    )


def _best(system: System, metric: Definition, comparison: Comparison, analysis: Analysis) -> bool:
    """Whether it won against every other recipe."""
    others = len(comparison.recipes) - 1
    won = [v for v in analysis.verdicts if v.metric == metric.label and v.winner == system.name]
    return others > 0 and len(won) == others
