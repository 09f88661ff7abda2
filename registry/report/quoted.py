"""Tables of papers beside ours: theirs are quoted, from other data."""

import attrs

from visemix.core.judging.analysis import Analysis
from visemix.core.judging.comparison import Comparison
from visemix.registry.report.numbers import number


@attrs.frozen
class QuotedTable:
    """One paper's table.

    Attributes:
        title: of the section.
        source: where its figures come from.
        labels: metrics.
        rows: system -> (their figure, ours) per metric, as text.
    """

    title: str
    source: str
    labels: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def quoted_tables(comparison: Comparison, analysis: Analysis) -> list[QuotedTable]:
    """A table per source."""
    found = []
    for source in dict.fromkeys(row.source for row in comparison.quoted):
        theirs = {(q.system, q.metric): q.value for q in comparison.quoted if q.source == source}
        labels = tuple(dict.fromkeys(metric for _, metric in theirs))
        systems = [s.name for s in comparison.systems if any(s.name == name for name, _ in theirs)]
        rows = []
        for system in systems:
            cells = []
            for label in labels:
                ours = analysis.cell(system, label)
                quoted = theirs.get((system, label), float("nan"))
                cells.append((number(quoted), number(ours.mean if ours else float("nan"))))
            rows.append((system, tuple(cells)))
        found.append(QuotedTable("The paper's table beside ours", source, labels, tuple(rows)))
    return found
