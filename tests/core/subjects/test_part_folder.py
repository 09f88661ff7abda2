import os
from pathlib import Path

import pytest

from visemix.core.errors import OutputError
from visemix.core.subjects.part_folder import PartFolder


def test_the_name_appears_when_it_is_whole(tmp_path: Path) -> None:
    result = tmp_path / "a" / "result"
    with PartFolder(result) as folder:
        (folder.part / "x").write_text("1")
        assert not result.exists()
        folder.commit()
    assert [p.name for p in result.iterdir()] == ["x"]
    assert [p.name for p in result.parent.iterdir()] == ["result"]


def test_without_commit_nothing_is_left(tmp_path: Path) -> None:
    with PartFolder(tmp_path / "result") as folder:
        (folder.part / "x").write_text("1")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "result").mkdir()
    with PartFolder(tmp_path / "result") as folder:
        (folder.part / "x").write_text("1")
        folder.commit()
    assert (tmp_path / "result" / "x").exists()


def test_a_full_one_may_not(tmp_path: Path) -> None:
    (tmp_path / "result").mkdir()
    (tmp_path / "result" / "old").write_text("1")
    with pytest.raises(OutputError, match="something in this folder"):
        PartFolder(tmp_path / "result")
    with PartFolder(tmp_path / "result", overwrite=True) as folder:
        (folder.part / "new").write_text("1")
        folder.commit()
    assert [p.name for p in (tmp_path / "result").iterdir()] == ["new"]
    assert [p.name for p in tmp_path.iterdir()] == ["result"]


def test_a_file_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "result").write_text("1")
    with pytest.raises(OutputError, match="a file, not a folder"):
        PartFolder(tmp_path / "result", overwrite=True)


def test_what_a_killed_process_left_is_cleared(tmp_path: Path) -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    for name in (f".result.{pid}.part", f".other.{pid}.part", ".result.1.part"):
        (tmp_path / name).mkdir()
    with PartFolder(tmp_path / "result") as folder:
        folder.commit()
    left = {p.name for p in tmp_path.iterdir()}
    assert left == {"result", f".other.{pid}.part", ".result.1.part"}


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="not permitted"):
        PartFolder(tmp_path / "result")
    tmp_path.chmod(0o700)
