"""``visemix prepare``: good files are done, bad ones told, and nothing is made twice."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Make = Callable[..., Path]
WORDS = ("-o", "data", "--recipe", "quick")


def stamps(folder: Path) -> dict[str, int]:
    return {p.parent.name: p.stat().st_mtime_ns for p in folder.glob("data/*/subject.json")}


def test_good_and_bad_files(cli: Run, video: Make, photo: Make, face: Path, folder: Path) -> None:
    nobody = video("nobody.mp4", [[]] * 3)
    (folder / "text.mp4").write_text("no film")
    files = [nobody, face, "text.mp4", photo("still.png", (40, 90))]
    result = cli("prepare", *files, *WORDS)
    assert result.code == 2
    assert result.out == (
        f"{face}: 25 frames in data/face\n{folder / 'still.png'}: 1 frames in data/still\n"
    )
    first, second = [line for line in result.err.splitlines() if line.startswith("visemix: ")]
    assert first == f"visemix: {nobody}: no face was found in it. Give a picture of a face."
    assert second.startswith("visemix: text.mp4: it is not audio, video or a photo")
    assert sorted(p.name for p in (folder / "data").iterdir()) == ["face", "still"]
    before = stamps(folder)
    video("nobody.mp4", [[(40, 90)]] * 3)
    again = cli("prepare", *files, *WORDS, "--json")
    assert again.code == 2
    assert set(again.data["prepared"]) == {str(nobody), str(face), str(folder / "still.png")}
    assert list(again.data["failed"]) == ["text.mp4"]
    assert {name: stamps(folder)[name] for name in before} == before
    assert "nobody" in stamps(folder)


def test_two_references_of_one_name(cli: Run, face: Path, folder: Path) -> None:
    (folder / "b").mkdir()
    (folder / "b/face.mp4").write_bytes(face.read_bytes())
    result = cli("prepare", face, "b/face.mp4", *WORDS)
    assert result.code == 2 and "two references are called 'face'" in result.err
    assert not (folder / "data").exists()
    assert cli("prepare", face, face, *WORDS).code == 0


def test_a_folder_with_another_subject(cli: Run, face: Path, video: Make, folder: Path) -> None:
    assert cli("prepare", face, *WORDS).code == 0
    video("face.mp4", [[(40, 90)]] * 4)
    result = cli("prepare", face, *WORDS)
    assert result.code == 2 and "prepared from something else or in another way" in result.err
    assert cli("prepare", face, *WORDS, "--overwrite", "--json").data["prepared"][str(face)] == {
        "folder": "data/face",
        "frames": 4,
        "notes": [],
    }


@pytest.mark.parametrize("file", ["subject.json", "tensors.safetensors", "frames.pack"])
def test_a_damaged_folder(file: str, cli: Run, face: Path, folder: Path) -> None:
    cli("prepare", face, *WORDS)
    path = folder / "data/face" / file
    path.write_bytes(path.read_bytes()[:60])
    result = cli("prepare", face, *WORDS)
    assert result.code == 2 and f"data/face/{file}: " in result.err
    assert "allow overwriting" in result.err.lower()
    assert cli("prepare", face, *WORDS, "--overwrite").code == 0
    assert path.stat().st_size > 60


def test_damaged_features_are_made_again(cli: Run, face: Path, folder: Path) -> None:
    cli("prepare", face, *WORDS)
    (features,) = (folder / "data/face/features").iterdir()
    features.write_bytes(b"cut")
    result = cli("prepare", face, *WORDS)
    assert (result.code, features.stat().st_size > 3) == (0, True)


def test_something_else_in_the_way(cli: Run, face: Path, folder: Path) -> None:
    (folder / "data").write_text("a file")
    result = cli("prepare", face, *WORDS)
    assert result.code == 2
    assert result.err == (
        "visemix: data: there is a file where a folder is needed. Name another folder.\n"
    )
    (folder / "data").unlink()
    (folder / "data/face").mkdir(parents=True)
    (folder / "data/face/mine.txt").write_text("mine")
    result = cli("prepare", face, *WORDS)
    assert result.code == 2 and "there is something in this folder" in result.err
    assert (folder / "data/face/mine.txt").read_text() == "mine"


def test_folders_as_reference(cli: Run, face: Path, folder: Path) -> None:
    assert cli("prepare", face, *WORDS).code == 0
    result = cli("prepare", "data/face", "-o", "other", "--recipe", "quick")
    assert result.code == 2 and result.err.startswith("visemix: data/face: it is a folder")


def test_a_disk_that_fills_up(
    cli: Run, face: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("visemix.core.subjects.pack_writer.PackWriter._write", full)
    result = cli("prepare", face, *WORDS)
    assert result.code == 2 and "the disk is full" in result.err
    assert list((folder / "data").iterdir()) == []


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "x"])
def test_lengths_that_mean_nothing(text: str, cli: Run, folder: Path) -> None:
    result = cli("prepare", "a.mp4", *WORDS, f"--max-seconds={text}")
    assert result.code == 2 and "expected seconds above 0" in result.err


def test_the_length_can_be_limited(cli: Run, face: Path) -> None:
    result = cli("prepare", face, *WORDS, "--max-seconds", "0.4", "--json")
    assert result.data["prepared"][str(face)]["frames"] == 10
    assert "only the first 0.4 s of 1.0 s were used" in result.err


def test_debug_shows_the_traceback(process: Run, folder: Path) -> None:
    result = process("prepare", "none.mp4", *WORDS, "--debug")
    assert result.code != 0 and "Traceback" in result.err
