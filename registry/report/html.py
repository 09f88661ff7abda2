"""The report as one HTML page that needs nothing beside it."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import attrs
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from visemix.core.judging.analysis import Analysis
from visemix.core.judging.comparison import ClipInfo, Comparison, Definition, MadeVideo
from visemix.core.judging.verdicts import shortage, tallies
from visemix.registry.report import figures
from visemix.registry.report.curves import Curves, curves_of, videos_of
from visemix.registry.report.embedding import Files, svg_uri
from visemix.registry.report.numbers import FEW, number, sentence
from visemix.registry.report.quoted import quoted_tables
from visemix.registry.report.tables import COST, MetricTable, metric_tables

SPEED_UNIT = "frames/s"
PLOTTED = 2
"""Metrics per group that are plotted against speed."""


@attrs.frozen
class ClipView:
    """One clip as the page shows it.

    Attributes:
        info: the clip.
        videos: with addresses that the page can use.
        curves, traces: plots, empty where nothing was tracked.
    """

    info: ClipInfo
    videos: tuple[MadeVideo, ...]
    curves: str
    traces: str


def html(comparison: Comparison, analysis: Analysis, folder: Path) -> str:
    """The page.

    Args:
        comparison: all figures.
        analysis: what follows from them.
        folder: what the names of files are relative to.
    """
    colour = figures.colours([system.name for system in comparison.systems])
    recipes = [system.name for system in comparison.recipes]
    tables, quoted = metric_tables(comparison, analysis), quoted_tables(comparison, analysis)
    series = {clip.name: curves_of(comparison, folder, clip.name) for clip in comparison.clips}
    return _template().render(
        title=f"visemix compare: {comparison.protocol}",
        css=Markup(_text("page.css")),
        js=Markup(_text("page.js")),
        comparison=comparison,
        analysis=analysis,
        recipes=comparison.recipes,
        controls=[s for s in comparison.systems if s.control],
        contents=list(_contents([table.group for table in tables])),
        tables=tables,
        quoted=quoted,
        won=list(_sentences(comparison, analysis, won=True)),
        undecided=list(_sentences(comparison, analysis, won=False)),
        tallies=tallies(analysis.verdicts, recipes) if len(recipes) > FEW else [],
        short=shortage(analysis.verdicts, len(recipes)),
        speed_plot=_speed_plot(comparison, analysis, tables, colour),
        blink_plot=_blink_plot(series.values(), colour),
        clips=list(_clips(comparison, folder, series, colour)),
    )


def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["figure"] = lambda value: number(math.nan if value is None else value)
    return environment.from_string(_text("page.html"))


def _text(name: str) -> str:
    return files("visemix.registry.report").joinpath("page", name).read_text(encoding="utf-8")


def _contents(groups: list[str]) -> Iterator[tuple[str, str]]:
    yield from (("verdicts", "Verdicts"), ("failures", "Failures"))
    yield from ((group, group.capitalize()) for group in groups)
    yield from (("clips", "Clips"), ("controls", "Controls"), ("definitions", "Definitions"))
    yield "systems", "Systems and licences"


def _sentences(comparison: Comparison, analysis: Analysis, *, won: bool) -> Iterator[str]:
    metrics = {metric.label: metric for metric in comparison.metrics}
    for verdict in analysis.verdicts:
        if bool(verdict.winner) == won:
            yield sentence(verdict, metrics[verdict.metric])


def _clips(
    comparison: Comparison,
    folder: Path,
    found: Mapping[str, Mapping[str, Curves]],
    colour: Mapping[str, str],
) -> Iterator[ClipView]:
    beside = Files(folder, [video.video for video in comparison.videos])
    for info in comparison.clips:
        series = found[info.name]
        videos = tuple(
            attrs.evolve(v, video=beside.address(v.video), sheet=beside.address(v.sheet))
            for v in videos_of(comparison, info.name)
        )
        yield ClipView(
            info,
            videos,
            svg_uri(figures.attribute_curves(series, colour)) if series else "",
            svg_uri(figures.pose_traces(series)) if series else "",
        )


def _blink_plot(clips: Iterable[Mapping[str, Curves]], colour: Mapping[str, str]) -> str:
    found: dict[str, list[Curves]] = {}
    for series in clips:
        for system, curves in series.items():
            found.setdefault(system, []).append(curves)
    return svg_uri(figures.blink_histogram(found, colour)) if found else ""


def _speed_plot(
    comparison: Comparison,
    analysis: Analysis,
    tables: Sequence[MetricTable],
    colour: Mapping[str, str],
) -> str:
    """Usable quality metrics, two per group, against the last metric in frames per second."""
    speeds = [m for m in comparison.metrics if m.group == COST and m.unit == SPEED_UNIT]
    chosen = [
        metric
        for table in tables
        if table.group != COST
        for metric in _first([c.metric for c in table.columns if not c.unusable])
    ]
    if not speeds or not chosen:
        return ""
    plots = {}
    for metric in chosen:
        points = []
        for system in comparison.systems:
            quality = analysis.cell(system.name, metric.label)
            speed = analysis.cell(system.name, speeds[-1].label)
            if quality is None or not math.isfinite(quality.mean):
                continue
            x = math.nan if speed is None else speed.mean
            if system.control or not math.isnan(x):
                points.append(figures.Point(system.name, x, quality.mean, system.control))
        plots[metric.label] = points
    return svg_uri(figures.quality_against_speed(plots, f"{speeds[-1].label}, frames/s", colour))


def _first(metrics: list[Definition]) -> list[Definition]:
    """The first two, not counting variants of one part."""
    return list({metric.part: metric for metric in reversed(metrics)}.values())[::-1][:PLOTTED]
