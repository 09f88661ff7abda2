from pathlib import Path

import pytest
import torch

from visemix.core.errors import InvalidValue, OutputError
from visemix.core.media.sheet import contact_sheet
from visemix.core.media.video_in import read_photo


def test_frames_stand_row_by_row(tmp_path: Path) -> None:
    frames = torch.zeros(5, 3, 10, 20, dtype=torch.uint8)
    frames[:, 0] = 50 * torch.arange(1, 6, dtype=torch.uint8)[:, None, None]
    contact_sheet(frames, 3, tmp_path / "a.png")
    sheet = read_photo(tmp_path / "a.png")
    assert sheet.shape == (20, 60, 3)
    reds = [
        [int(sheet[5 + 10 * row, 10 + 20 * column, 0]) for column in range(3)] for row in (0, 1)
    ]
    assert reds == [[50, 100, 150], [200, 250, 0]]
    assert sheet[..., 1:].max() == 0
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_a_sheet_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue):
        contact_sheet(torch.zeros(0, 3, 4, 4, dtype=torch.uint8), 3, tmp_path / "a.png")
    with pytest.raises(OutputError, match="does not exist"):
        contact_sheet(torch.zeros(1, 3, 4, 4, dtype=torch.uint8), 3, tmp_path / "no" / "a.png")
    assert not list(tmp_path.iterdir())
