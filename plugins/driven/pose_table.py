"""A CSV file of head poses.

    time,pitch,yaw,roll,scale,x,y        degrees; px per model unit, px, px (y up)
    rx,ry,rz,tx,ty,tz                    radians and px (rotvec_px)

``time`` (seconds, rising) is optional: without it every row is one frame of the video. So are the
last three columns: without them the head stays where the person holds it.
"""

import csv
from pathlib import Path

import attrs
import torch
from torch import Tensor

from visemix.core.errors import MediaError
from visemix.core.values.pose import PoseConvention

TIME = "time"
ANGLES = {
    ("pitch", "yaw", "roll"): (PoseConvention.EULER_DEG_ORTHO, ("scale", "x", "y")),
    ("rx", "ry", "rz"): (PoseConvention.ROTVEC_PX, ("tx", "ty", "tz")),
}
"""Columns of the rotation -> their convention and the columns of the translation."""


@attrs.frozen(eq=False)
class PoseTable:
    """What the file says.

    Attributes:
        rotation: [N, 3].
        translation: [N, 3], or None.
        time: [N] seconds, rising; None for one row per frame.
        convention: of the numbers.
    """

    rotation: Tensor
    translation: Tensor | None
    time: Tensor | None
    convention: PoseConvention

    def at_rate(self, fps: float) -> "PoseTable":
        """One row per frame, from the first time to the last, lines between the rows."""
        if self.time is None:
            return self
        since = (self.time - self.time[0]).double()
        frames = torch.arange(int(float(since[-1]) * fps + 1e-6) + 1, dtype=torch.float64) / fps
        after = torch.searchsorted(since, frames).clamp(1, max(len(since) - 1, 1))
        if len(since) == 1:
            return attrs.evolve(self, time=None)
        share = ((frames - since[after - 1]) / (since[after] - since[after - 1])).float()[:, None]

        def between(values: Tensor) -> Tensor:
            return torch.lerp(values[after - 1], values[after], share.expand(-1, 3))

        moved = None if self.translation is None else between(self.translation)
        return PoseTable(between(self.rotation), moved, None, self.convention)


def read_poses(path: Path) -> PoseTable:
    """Read a file.

    Raises:
        MediaError: it is missing, empty, or has other columns or something else than numbers.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MediaError(f"it cannot be read: {error}", where=path, do=_ADVICE) from None
    if len(rows) < 2:
        raise MediaError("it has no rows of numbers below a header", where=path, do=_ADVICE)
    header = [name.strip().lower() for name in rows[0]]
    columns = _columns(rows[1:], header, path)
    return _table(columns, path)


_ADVICE = "write a header, pitch,yaw,roll or rx,ry,rz, and a row of numbers for each frame"


def _columns(rows: list[list[str]], header: list[str], path: Path) -> dict[str, Tensor]:
    numbers = []
    for line, row in enumerate(rows, 2):
        try:
            numbers.append([float(cell) for cell in row])
        except ValueError:
            raise MediaError(f"line {line} has something else than numbers", where=path) from None
        if len(row) != len(header):
            what = f"line {line} has {len(row)} numbers, the header {len(header)} columns"
            raise MediaError(what, where=path)
    table = torch.tensor(numbers, dtype=torch.float64)
    if not bool(table.isfinite().all()):
        raise MediaError("it holds NaN or infinite numbers", where=path)
    return dict(zip(header, table.T, strict=True))


def _table(columns: dict[str, Tensor], path: Path) -> PoseTable:
    time = columns.get(TIME)
    if time is not None and not bool((time.diff() > 0).all()):
        raise MediaError("its times do not rise", where=path, do="sort its rows")
    for angles, (convention, place) in ANGLES.items():
        if not all(name in columns for name in angles):
            continue
        if set(columns) - {TIME, *angles} not in (set(), set(place)):
            extra = ", ".join(sorted(set(columns) - {TIME, *angles}))
            what = f"beside {', '.join(angles)} it has the columns {extra}"
            raise MediaError(what, where=path, do=f"write {', '.join(place)} there, or nothing")
        moved = [columns[name] for name in place if name in columns]
        return PoseTable(
            torch.stack([columns[name] for name in angles], 1).float(),
            torch.stack(moved, 1).float() if moved else None,
            time,
            convention,
        )
    what = f"its columns are {', '.join(columns)}"
    raise MediaError(what, where=path, do=_ADVICE)
