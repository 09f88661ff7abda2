import os
import time
from pathlib import Path

from visemix.core.media.part_file import PartFile

GONE = 2**22 + 1  # above the largest process number of Linux


def test_the_name_appears_with_the_whole_content(tmp_path: Path) -> None:
    file = PartFile(tmp_path / "a.png")
    file.part.write_bytes(b"whole")
    assert not (tmp_path / "a.png").exists()
    assert file.part.name == f".a.{os.getpid()}.part.png"
    file.commit()
    file.discard()
    assert (tmp_path / "a.png").read_bytes() == b"whole"
    assert len(list(tmp_path.iterdir())) == 1


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    names = {
        "dead": f".a.{GONE}.part.mp4",
        "young": f".a.{GONE + 1}.part.mp4",
        "alive": f".a.{os.getppid()}.part.mp4",
        "other": f".b.{GONE}.part.mp4",
        "wild": f".a*.{GONE}.part.mp4",
    }
    for name in names.values():
        (tmp_path / name).touch()
        if name != names["young"]:
            hour_ago = time.time() - 3600
            os.utime(tmp_path / name, (hour_ago, hour_ago))
    PartFile(tmp_path / "a.mp4").discard()
    assert {p.name for p in tmp_path.iterdir()} == set(names.values()) - {names["dead"]}
