"""The report as Markdown: what fits a pull request or a paper's appendix."""

from collections.abc import Iterable, Iterator, Sequence

from visemix.core.judging.analysis import Analysis
from visemix.core.judging.comparison import Comparison
from visemix.core.judging.verdicts import shortage, tallies
from visemix.registry.report.numbers import FEW, number, sentence
from visemix.registry.report.quoted import quoted_tables
from visemix.registry.report.tables import MetricTable, Row, metric_tables


def markdown(comparison: Comparison, analysis: Analysis) -> str:
    """The page."""
    blocks = [
        *_head(comparison),
        *_verdicts(comparison, analysis),
        *_failures(comparison),
        *(block for t in metric_tables(comparison, analysis) for block in _table(t)),
        *_quoted(comparison, analysis),
        *_definitions(comparison),
        *_systems(comparison),
    ]
    return "\n\n".join(blocks) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""A table; bars inside cells are escaped.

    >>> print(table(["a", "b"], [["1", "x|y"]]))
    | a | b |
    |---|---|
    | 1 | x\|y |
    """
    lines = [head, *rows]
    escaped = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    texts = ["| " + " | ".join(cells) + " |" for cells in escaped]
    return "\n".join([texts[0], "|" + "---|" * len(head), *texts[1:]])


def _head(comparison: Comparison) -> Iterator[str]:
    yield f"# visemix compare: {comparison.protocol}"
    recipes = len(comparison.recipes)
    seeds = ", ".join(map(str, comparison.seeds))
    yield (
        f"{recipes} recipes, {len(comparison.systems) - recipes} controls, "
        f"{len(comparison.clips)} clips, seeds {seeds}, {comparison.created}. "
        f"{comparison.hardware}. Protocol `{comparison.protocol_sha256[:16]}`."
    )
    yield ", ".join(f"{name} {version}" for name, version in comparison.versions.items())


def _verdicts(comparison: Comparison, analysis: Analysis) -> Iterator[str]:
    yield "## Verdicts"
    metrics = {metric.label: metric for metric in comparison.metrics}
    won = [v for v in analysis.verdicts if v.winner]
    recipes = [system.name for system in comparison.recipes]
    if won:
        if len(recipes) > FEW:
            rows = [
                (t.system, str(t.won), str(t.lost)) for t in tallies(analysis.verdicts, recipes)
            ]
            yield table(("recipe", "found better", "found worse"), rows)
        yield "\n".join(f"- {sentence(v, metrics[v.metric])}" for v in won)
    else:
        yield "No recipe is better than another on any metric, as far as these clips can tell."
    undecided = len(analysis.verdicts) - len(won)
    if undecided:
        short = shortage(analysis.verdicts, len(recipes))
        yield f"{undecided} pairs without a verdict. {short}".rstrip()


def _failures(comparison: Comparison) -> Iterator[str]:
    yield "## Failures"
    if not comparison.failures:
        yield "None: every system made every clip."
        return
    rows = [(f.system, f.clip, str(f.seed), f.stage, f.what, f.do) for f in comparison.failures]
    yield table(("system", "clip", "seed", "stage", "what", "what to do"), rows)


def _table(found: MetricTable) -> Iterator[str]:
    yield f"## {found.group.capitalize()}"
    labels = [
        f"{c.metric.label} {c.arrow}{'' if c.metric.unit == '1' else f' ({c.metric.unit})'}"
        for c in found.columns
    ]
    yield table(("system", *labels, "failed"), (_row(row) for row in found.rows))
    for column in found.columns:
        if column.unusable:
            yield f"{column.metric.label} is unusable in this run: {column.unusable}."


def _row(row: Row) -> list[str]:
    name = f"*{row.system.name}*" if row.system.control else row.system.name
    cells = [
        (f"**{cell.text}**" if cell.best else cell.text)
        + (f" ({cell.interval})" if cell.interval else "")
        for cell in row.cells
    ]
    return [name, *cells, str(row.failures)]


def _quoted(comparison: Comparison, analysis: Analysis) -> Iterator[str]:
    for found in quoted_tables(comparison, analysis):
        yield f"## {found.title}"
        yield f"Quoted from {found.source}: other data. Each cell: quoted / ours."
        rows = [(name, *(f"{a} / {b}" for a, b in cells)) for name, cells in found.rows]
        yield table(("system", *found.labels), rows)


def _definitions(comparison: Comparison) -> Iterator[str]:
    yield "## Definitions"
    rows = [(m.label, m.summary, m.unit, m.better, m.source) for m in comparison.metrics]
    yield table(("metric", "what", "unit", "better", "source"), rows)
    orders = [f"{m.label}: {order}" for m in comparison.metrics for order in m.controls]
    if orders:
        yield "Orders of controls that were checked: " + "; ".join(orders) + "."


def _systems(comparison: Comparison) -> Iterator[str]:
    yield "## Systems and licences"
    for system in comparison.systems:
        if not system.control:
            lines = [
                f"**{system.name}** {system.summary}",
                f"Training: {system.training or 'none'}.",
            ]
            yield "\n".join([*lines, *(f"- {line}" for line in system.licenses)])
    rows = [
        (
            c.name,
            c.person,
            number(c.seconds),
            c.sha256[:16],
            c.license,
        )
        for c in comparison.clips
    ]
    yield table(("clip", "person", "seconds", "SHA-256", "licence"), rows)
