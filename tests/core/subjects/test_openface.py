"""OpenFace's tables."""

from pathlib import Path

import pytest
import torch

from visemix.core.errors import DatasetError
from visemix.core.subjects.openface import nearest, read_openface

HEAD = "frame, face_id, timestamp, confidence, success, AU10_r, AU25_r, AU10_c, AU25_c"


def table(tmp_path: Path, *rows: str, head: str = HEAD) -> Path:
    path = tmp_path / "openface.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def row(time: float, units: str = "0.0, 0.0, 0, 0", success: int = 1, face: int = 0) -> str:
    return f"1, {face}, {time}, 0.98, {success}, {units}"


def test_presence_and_intensity_at_the_frames_of_a_clip(tmp_path: Path) -> None:
    rows = [row(k / 25, f"{k / 2}, 1.5, {k % 2}, 1") for k in range(4)]
    found = read_openface(table(tmp_path, *rows))
    assert found.at(["AU25_c", "AU10_c", "AU10_r"], 25.0, 4).tolist() == [
        [1, 0, 0.0],
        [1, 1, 0.5],
        [1, 0, 1.0],
        [1, 1, 1.5],
    ]


def test_another_rate_takes_the_nearest_in_time(tmp_path: Path) -> None:
    rows = [row(k / 50, f"{k}, 0, 0, 0") for k in range(8)]
    found = read_openface(table(tmp_path, *rows)).at(["AU10_r"], 25.0, 4)
    assert found[:, 0].tolist() == [0, 2, 4, 6]


def test_a_lost_face_takes_the_nearest_row_that_shows_it(tmp_path: Path) -> None:
    rows = [row(k / 25, f"{k}, 0, 0, 0", success=int(k not in (1, 2, 3))) for k in range(6)]
    found = read_openface(table(tmp_path, *rows)).at(["AU10_r"], 25.0, 6)
    assert found[:, 0].tolist() == [0, 0, 0, 4, 4, 5]


@pytest.mark.parametrize(
    ("rows", "head", "what"),
    [
        ([], HEAD, "no rows"),
        (["a"], "frame, AU10_c", "no column 'timestamp'"),
        ([row(0), "1, 0, 0.04, 0.9, 1, 0.0"], HEAD, "line 3 lacks a number"),
        ([row(0, "0, 0, x, 0")], HEAD, "line 2 lacks a number"),
        ([row(0, "0, 0, nan, 0")], HEAD, "line 2 has a number that is not finite"),
        ([row(0), row(0)], HEAD, "timestamps do not rise"),
        ([row(0), row(0, face=1)], HEAD, "rows of 2 faces"),
    ],
)
def test_what_is_no_such_table_is_refused(
    tmp_path: Path, rows: list[str], head: str, what: str
) -> None:
    path = table(tmp_path, *rows, head=head)
    with pytest.raises(DatasetError, match=what) as error:
        read_openface(path)
    assert str(path) in str(error.value)


def test_what_the_table_cannot_answer_is_refused(tmp_path: Path) -> None:
    found = read_openface(table(tmp_path, row(0), row(0.04)))
    with pytest.raises(DatasetError, match="no column 'AU14_c'"):
        found.at(["AU10_c", "AU14_c"], 25.0, 2)
    with pytest.raises(DatasetError, match=r"ends at 0\.04 s, the clip at 0\.36 s"):
        found.at(["AU10_c"], 25.0, 10)
    lost = read_openface(table(tmp_path, row(0, success=0)))
    with pytest.raises(DatasetError, match="followed no face"):
        lost.at(["AU10_c"], 25.0, 1)


def test_a_missing_file_and_a_binary_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        read_openface(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DatasetError, match="cannot be read"):
        read_openface(tmp_path / "b.csv")


def test_nearest_prefers_the_earlier() -> None:
    assert nearest(torch.tensor([0.0, 1.0]), torch.tensor([0.5])).tolist() == [0]
