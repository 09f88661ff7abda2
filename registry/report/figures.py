"""Plots of a report, as SVG text."""

import io
import math
from collections.abc import Mapping, Sequence

import attrs
import matplotlib as mpl
import numpy as np
import torch
from matplotlib.figure import Figure

from visemix.core.judging.scores import GROUND_TRUTH
from visemix.core.measures import blinks
from visemix.core.plots import draw_trace
from visemix.registry.report.curves import Curves, Floats

COLOURS = ("#d62728", "#1f77b4", "#2ca02c", "#ff7f0e", "#9467bd", "#8c564b", "#17becf", "#bcbd22")
TRUTH = "black"
DEGREES = "\N{DEGREE SIGN}"
PIECE_S = 4.0
"""Seconds of one panel of the head's way."""

MOST_PIECES = 6
ABREAST = 5

BLINK_BINS = np.arange(0.0, 1.01, 0.1)
"""Seconds."""


@attrs.frozen
class Point:
    """One system in a plot of quality against speed."""

    system: str
    speed: float
    quality: float
    control: bool


def colours(systems: Sequence[str]) -> dict[str, str]:
    """One colour per system; the ground truth is black."""
    others = [name for name in systems if name != GROUND_TRUTH]
    return {
        GROUND_TRUTH: TRUTH,
        **{name: COLOURS[k % len(COLOURS)] for k, name in enumerate(others)},
    }


def attribute_curves(series: Mapping[str, Curves], colour: Mapping[str, str]) -> str:
    """Lip gap, head rotation and eye opening over time, all systems over the truth."""
    angles = (f"{name} {DEGREES}" for name in ("pitch", "yaw", "roll"))
    titles = ("lip gap", *angles, "eye aspect ratio")
    shown = {name: (c.lip_gap, *c.rotation.T, c.eye_aspect) for name, c in series.items()}
    figure = Figure(figsize=(9, 6.5), layout="constrained")
    rows = figure.subplots(len(titles), 1, sharex=True)
    for number, (axes, title) in enumerate(zip(rows, titles, strict=True)):
        for name, curves in series.items():
            width = 1.6 if name == GROUND_TRUTH else 0.9
            axes.plot(curves.time, shown[name][number], color=colour[name], lw=width, label=name)
        axes.set_ylabel(title, fontsize=8)
        axes.tick_params(labelsize=7)
        axes.grid(alpha=0.3)
    rows[-1].set_xlabel("seconds", fontsize=8)
    handles, names = rows[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=4, fontsize=8)
    return svg(figure)


def pose_traces(series: Mapping[str, Curves]) -> str:
    """Where the head points (FACIAL, figure 5): a row per system and a panel per piece of time.

    Systems stand side by side where one piece is all there is.
    """
    longest = max(len(curves.time) / curves.fps for curves in series.values())
    pieces = min(max(math.ceil(longest / PIECE_S), 1), MOST_PIECES)
    columns = pieces if pieces > 1 else min(len(series), ABREAST)
    rows = math.ceil(len(series) * pieces / columns)
    figure = Figure(figsize=(1.5 * columns + 0.8, 1.45 * rows + 0.4), layout="constrained")
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    panels = [(name, number) for name in series for number in range(pieces)]
    for axes, (name, number) in zip(grid.flat, panels, strict=False):
        curves = series[name]
        draw_trace(axes, curves.rotation[:, :2], _piece(curves, number))
        axes.set_title(
            name if pieces == 1 else f"{name}, {number * PIECE_S:g} s", fontsize=7, pad=2
        )
    for axes in list(grid.flat)[len(panels) :]:
        axes.set_visible(False)
    figure.supxlabel(f"yaw {DEGREES}", fontsize=7)
    figure.supylabel(f"pitch {DEGREES}", fontsize=7)
    grid[0, 0].invert_yaxis()
    return svg(figure)


def _piece(curves: Curves, number: int) -> Floats:
    """[P, 2] pitch and yaw of one piece of time, with the first frame of the next one."""
    size = max(round(curves.fps * PIECE_S), 1)
    return curves.rotation[number * size : (number + 1) * size + 1, :2]


def blink_histogram(found: Mapping[str, Sequence[Curves]], colour: Mapping[str, str]) -> str:
    """How long blinks last, and how many there are a second, over all clips."""
    figure = Figure(figsize=(9, 2.2 + 0.25 * len(found)), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(2, 1))
    names, rates = list(found), []
    width = 0.8 * (BLINK_BINS[1] - BLINK_BINS[0]) / max(len(names), 1)
    for place, name in enumerate(names):
        lengths, seconds = _blinks(found[name])
        counts, _ = np.histogram(np.clip(lengths, 0, BLINK_BINS[-1]), BLINK_BINS)
        left.bar(BLINK_BINS[:-1] + (place + 0.5) * width, counts, width, color=colour[name])
        rates.append(len(lengths) / seconds if seconds > 0 else 0.0)
    left.set_xlabel("length of a blink, seconds", fontsize=8)
    left.set_ylabel("blinks", fontsize=8)
    right.barh(names, rates, color=[colour[name] for name in names])
    right.set_xlabel("blinks per second", fontsize=8)
    right.invert_yaxis()
    for axes in (left, right):
        axes.tick_params(labelsize=7)
        axes.grid(alpha=0.3)
    return svg(figure)


def _blinks(videos: Sequence[Curves]) -> tuple[Floats, float]:
    """Lengths of all blinks [B] in seconds, and how long the videos are."""
    lengths = [
        (blink.stop - blink.start) / curves.fps
        for curves in videos
        for blink in blinks(torch.from_numpy(curves.eye_aspect).float())
    ]
    return np.array(lengths, dtype=float), sum(len(c.time) / c.fps for c in videos)


def quality_against_speed(
    plots: Mapping[str, Sequence[Point]], speed: str, colour: Mapping[str, str]
) -> str:
    """One panel per quality metric; controls, which take no time, are lines."""
    columns = min(len(plots), 3)
    rows = math.ceil(len(plots) / columns)
    figure = Figure(figsize=(3.1 * columns, 2.5 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, (title, points) in zip(grid.flat, plots.items(), strict=False):
        for point in points:
            if point.control:
                axes.axhline(point.quality, color=colour[point.system], lw=0.7, ls=":")
            else:
                axes.scatter(point.speed, point.quality, color=colour[point.system], s=24)
                place = (point.speed, point.quality)
                axes.annotate(
                    point.system, place, fontsize=6, xytext=(3, 3), textcoords="offset points"
                )
        axes.set_title(title, fontsize=8)
        axes.margins(x=0.25, y=0.1)
        axes.tick_params(labelsize=7)
        axes.grid(alpha=0.3)
    for axes in list(grid.flat)[len(plots) :]:
        axes.set_visible(False)
    figure.supxlabel(speed, fontsize=8)
    return svg(figure)


def svg(figure: Figure) -> str:
    """The figure as SVG text, the same bytes every time."""
    target = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "visemix", "svg.fonttype": "none"}):
        figure.savefig(target, format="svg", metadata={"Date": None})
    text = target.getvalue()
    return text[text.index("<svg") :]
