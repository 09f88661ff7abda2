"""Pictures of what a face does: its attributes over time, and where its head points."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.media.part_file import PartFile, output_error
from visemix.core.timeline import length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import PoseConvention

DPI = 100
COLOURS = ("black", "tab:red", "tab:blue", "tab:green", "tab:orange", "tab:purple")
"""Of the series, in their order; the first is usually the truth."""

ANGLES = ("pitch", "yaw", "roll")
DEGREES = "\N{DEGREE SIGN}"

Series = Mapping[str, FaceAttributes]
"""What is compared, by name."""


@attrs.frozen
class Panel:
    """One curve per series.

    Attributes:
        title: of the panel, with the unit.
        curves: name of a series -> [T].
    """

    title: str
    curves: Mapping[str, Tensor]


def attribute_curves(
    series: Series, path: str | Path, *, components: Sequence[int] = (0, 1, 2)
) -> None:
    """Draw expression, head pose and blinks over time, one below the other, as a PNG.

    Args:
        series: what is drawn over each other; kinds of attributes that all lack are left out.
        path: the PNG; it appears only when it is complete.
        components: of the expression, which are shown.

    Raises:
        InvalidValue: there is nothing to draw.
        OutputError: it cannot be written.
    """
    panels = list(_panels(series, components))
    if not panels:
        raise InvalidValue("there are no attributes to draw", where="attribute_curves")
    figure = Figure(figsize=(11, 1.3 * len(panels) + 0.8), layout="constrained")
    rows = np.atleast_1d(figure.subplots(len(panels), 1, sharex=True))
    for axes, panel in zip(rows, panels, strict=True):
        for colour, (name, one) in zip(_colours(series), series.items(), strict=True):
            if name in panel.curves:
                curve = panel.curves[name].numpy()
                axes.plot(np.arange(len(curve)) / one.fps, curve, color=colour, lw=1, label=name)
        axes.set_ylabel(panel.title, fontsize=8)
        axes.tick_params(labelsize=7)
        axes.grid(alpha=0.3)
    handles, names = _legend(rows)
    figure.legend(handles, names, loc="outside upper center", ncols=len(series), fontsize=9)
    rows[-1].set_xlabel("seconds", fontsize=8)
    _save(figure, Path(path))


def pose_traces(series: Series, path: str | Path, *, seconds: float = 4.0) -> None:
    """Draw the way of the head, as FACIAL's figure 5: a row per series, piece after piece.

    Each panel shows where the head points (yaw to the right, pitch down as it looks down) in one
    piece of time, from dark to bright, over the whole way in grey; all have the same limits.

    Args:
        series: with head poses.
        path: the PNG; it appears only when it is complete.
        seconds: of a piece.

    Raises:
        InvalidValue: no series, or one without a pose.
        OutputError: it cannot be written.
    """
    traces = {name: _angles(one)[:, :2] for name, one in series.items()}
    pieces = {name: _pieces(trace, series[name].fps * seconds) for name, trace in traces.items()}
    columns = max((len(found) for found in pieces.values()), default=0)
    if columns == 0:
        raise InvalidValue("there is no head pose to draw", where="pose_traces")
    size = (1.5 * columns + 0.6, 1.6 * len(series) + 0.3)
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(len(series), columns, sharex=True, sharey=True, squeeze=False)
    for row, (name, found) in zip(grid, pieces.items(), strict=True):
        row[0].set_ylabel(f"{name}\npitch {DEGREES}", fontsize=8)
        for number, axes in enumerate(row):
            draw_trace(axes, traces[name], found[number] if number < len(found) else None)
            axes.set_title(f"{number * seconds:g} s", fontsize=7, pad=2)
    for axes in grid[-1]:
        axes.set_xlabel(f"yaw {DEGREES}", fontsize=7)
    grid[0, 0].invert_yaxis()
    _save(figure, Path(path))


def _panels(series: Series, components: Sequence[int]) -> Iterator[Panel]:
    for number in components:
        chosen = {n: a.expression[:, number] for n, a in series.items() if a.expression is not None}
        if chosen:
            yield Panel(f"expression {number}", chosen)
    posed = {name: _angles(one) for name, one in series.items() if one.pose is not None}
    for number, angle in enumerate(ANGLES if posed else ()):
        yield Panel(
            f"{angle} {DEGREES}", {name: turned[:, number] for name, turned in posed.items()}
        )
    blinks = {name: one.blink for name, one in series.items() if one.blink is not None}
    if blinks:
        yield Panel("blink (AU45)", blinks)


def _angles(attributes: FaceAttributes) -> Tensor:
    """Pitch, yaw, roll [T, 3] in degrees."""
    if attributes.pose is None or length(attributes) == 0:
        raise InvalidValue("there is no head pose to draw", where="FaceAttributes.pose")
    return attributes.pose.to(PoseConvention.EULER_DEG_ORTHO).rotation


def _pieces(trace: Tensor, frames: float) -> list[Tensor]:
    """Cut in time; the last piece may be short, neighbours share a frame."""
    size = max(round(frames), 1)
    return [trace[first : first + size + 1] for first in range(0, max(len(trace) - 1, 1), size)]


def draw_trace(axes: Axes, whole: ArrayLike, piece: ArrayLike | None) -> None:
    """Draw where a head points: all of its way in grey, one piece of it from dark to bright.

    Args:
        axes: the panel.
        whole: [T, 2] pitch and yaw.
        piece: the same of some frames; None, or no frame, draws the whole way only.
    """
    pitch, yaw = np.asarray(whole).T
    axes.plot(yaw, pitch, color="0.88", lw=0.8, zorder=1)
    axes.tick_params(labelsize=6)
    if piece is None or len(np.asarray(piece)) == 0:
        return
    pitch, yaw = np.asarray(piece).T
    axes.plot(yaw, pitch, color="0.5", lw=0.6, zorder=2)
    axes.scatter(yaw, pitch, c=np.arange(len(yaw)), cmap="viridis", s=4, zorder=3)


def _colours(series: Series) -> list[str]:
    return [COLOURS[number % len(COLOURS)] for number in range(len(series))]


def _legend(rows: Sequence[Axes] | NDArray[np.object_]) -> tuple[list[Artist], list[str]]:
    """Handles and names of every series, each once."""
    found: dict[str, Artist] = {}
    for axes in rows:
        handles, names = axes.get_legend_handles_labels()
        for handle, name in zip(handles, names, strict=True):
            found.setdefault(name, handle)
    return list(found.values()), list(found)


def _save(figure: Figure, path: Path) -> None:
    file = PartFile(path, overwrite=True)
    try:
        with file.part.open("wb") as target:
            figure.savefig(target, format="png", dpi=DPI)
        file.commit()
    except OSError as error:
        raise output_error(error, path) from None
    finally:
        file.discard()
