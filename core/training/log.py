"""Loss curves: a CSV that a resumed run continues exactly, TensorBoard scalars and pictures."""

import csv
from pathlib import Path
from typing import Self

import cv2
from torch import Tensor
from torch.utils.tensorboard.writer import SummaryWriter

LOSSES = "losses.csv"
FIELDS = ("step", "turn", "term", "value")


class LossLog:
    """Writes one stage's losses.

    Args:
        folder: of the stage.
        start: first step that will be written; later rows of a killed run are dropped.
    """

    def __init__(self, folder: Path, start: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        path = folder / LOSSES
        rows = _rows_before(path, start)
        self._file = path.open("w", newline="", buffering=1)
        self._csv = csv.writer(self._file)
        self._csv.writerow(FIELDS)
        self._csv.writerows(rows)
        self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=start)

    def write(self, step: int, turn: str, values: dict[str, float]) -> None:
        """One turn's terms."""
        for term, value in values.items():
            self._csv.writerow((step, turn, term, repr(value)))
            self._board.add_scalar(f"{turn}/{term}", value, step)

    def picture(self, step: int, picture: Tensor) -> None:
        """A picture to look at, [3, H, W] uint8: in TensorBoard and as samples/step-N.png."""
        self._board.add_image("sample", picture, step)
        path = self._folder / "samples" / f"step-{step:09d}.png"
        path.parent.mkdir(exist_ok=True)
        bgr = picture.flip(0).permute(1, 2, 0).contiguous().numpy()
        path.write_bytes(cv2.imencode(".png", bgr)[1].tobytes())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._board.close()
        self._file.close()


def read_losses(folder: Path) -> list[dict[str, str]]:
    """Rows of a stage's losses.csv: step, turn, term, value."""
    with (folder / LOSSES).open(newline="") as file:
        return list(csv.DictReader(file))


def _rows_before(path: Path, start: int) -> list[list[str]]:
    if not path.exists():
        return []
    with path.open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [row for row in rows if len(row) == len(FIELDS) and int(row[0]) < start]
