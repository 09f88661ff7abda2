"""Tables of action units that OpenFace wrote: ``AUxx_c`` (presence) and ``AUxx_r`` (intensity).

visemix does not come with OpenFace. Who has run it on a clip puts its CSV file into the clip's
prepared folder, under the name OPENFACE.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
import torch
from torch import Tensor

from visemix.core.errors import DatasetError

OPENFACE = "openface.csv"
"""Name of the table in a prepared clip's folder."""

LATEST_S = 0.1
"""A clip may go on for so long after the table's last row."""

_AGAIN = "run OpenFace's FeatureExtraction on the same clip again"


@attrs.frozen(eq=False)
class OpenFaceTable:
    """Rows of one face.

    Attributes:
        path: of the file.
        time: [R] float64, seconds, rising.
        success: [R] bool, whether the face was followed.
        columns: name ("AU10_c") -> [R] float64.
    """

    path: Path
    time: Tensor
    success: Tensor
    columns: Mapping[str, Tensor]

    def at(self, names: Sequence[str], fps: float, frames: int) -> Tensor:
        """[frames, N] float32, each column at the frames of a clip.

        A frame takes the nearest row in time of those in which the face was followed.

        Args:
            names: of columns.
            fps: of the clip.
            frames: of the clip.

        Raises:
            DatasetError: no such column, no such row, or the table ends before the clip does.
        """
        lacking = [name for name in names if name not in self.columns]
        if lacking:
            what = f"it has no column {lacking[0]!r}"
            raise DatasetError(what, where=self.path, do="let OpenFace write AUs (-aus)")
        if not bool(self.success.any()):
            what = "OpenFace followed no face in any row"
            raise DatasetError(what, where=self.path, do="leave the file out")
        wanted = torch.arange(frames, dtype=torch.float64) / fps
        if float(wanted[-1] - self.time[-1]) > LATEST_S:
            what = f"it ends at {float(self.time[-1]):.2f} s, the clip at {float(wanted[-1]):.2f} s"
            raise DatasetError(what, where=self.path, do=_AGAIN)
        rows = nearest(self.time[self.success], wanted)
        values = torch.stack([self.columns[name][self.success] for name in names], -1)
        return values[rows].float()


def nearest(times: Tensor, wanted: Tensor) -> Tensor:
    """[N] int64, for each of ``wanted`` the place of the nearest of the rising ``times``.

    >>> nearest(torch.tensor([0.0, 1.0, 3.0]), torch.tensor([-1.0, 0.4, 1.9, 9.0])).tolist()
    [0, 0, 1, 2]
    """
    after = torch.searchsorted(times, wanted).clamp(max=len(times) - 1)
    before = (after - 1).clamp(min=0)
    closer = (wanted - times[before]).abs() <= (times[after] - wanted).abs()
    return torch.where(closer, before, after)


def read_openface(path: Path) -> OpenFaceTable:
    """Read a table that FeatureExtraction wrote.

    Raises:
        DatasetError: unreadable, no such table, several faces, or numbers that are none.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"it cannot be read: {error}", where=path, do=_AGAIN) from error
    names = rows[0] if rows else []
    for name in ("timestamp", "success"):
        if name not in names:
            what = f"it has no column {name!r}, so it is no table of OpenFace"
            raise DatasetError(what, where=path, do=_AGAIN)
    if len(rows) < 2:
        raise DatasetError("it has no rows", where=path, do=_AGAIN)
    columns = _columns(path, names, rows[1:])
    _check_face(path, columns)
    units = {name: column for name, column in columns.items() if name.startswith("AU")}
    return OpenFaceTable(path, columns["timestamp"], columns["success"] > 0, units)


def _columns(path: Path, names: Sequence[str], rows: Sequence[list[str]]) -> dict[str, Tensor]:
    wanted = {
        name: place
        for place, name in enumerate(names)
        if name.startswith("AU") or name in ("timestamp", "success", "face_id")
    }
    numbers = []
    for line, row in enumerate(rows, 2):
        try:
            found = [float(row[place]) for place in wanted.values()]
        except (ValueError, IndexError) as error:
            what = f"line {line} lacks a number ({error})"
            raise DatasetError(what, where=path, do=_AGAIN) from error
        if not all(map(math.isfinite, found)):
            what = f"line {line} has a number that is not finite"
            raise DatasetError(what, where=path, do=_AGAIN)
        numbers.append(found)
    table = torch.tensor(numbers, dtype=torch.float64)
    return dict(zip(wanted, table.unbind(1), strict=True))


def _check_face(path: Path, columns: Mapping[str, Tensor]) -> None:
    faces = columns.get("face_id")
    if faces is not None and len(set(faces.tolist())) > 1:
        what = f"it has rows of {len(set(faces.tolist()))} faces"
        do = "use FeatureExtraction, which follows one face, instead of FaceLandmarkVidMulti"
        raise DatasetError(what, where=path, do=do)
    if bool((columns["timestamp"].diff() <= 0).any()):
        raise DatasetError("its timestamps do not rise", where=path, do=_AGAIN)
