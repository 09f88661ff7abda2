"""``visemix reproduce``: the same video again, or what has changed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Run = Callable[..., Any]
Make = Callable[..., Path]


@pytest.fixture
def same(folder: Path, watch: Run) -> Run:
    def compare(one: str, two: str) -> bool:
        a, b = watch(folder / one), watch(folder / two)
        return a.sound_s == b.sound_s and np.array_equal(a.pictures, b.pictures)

    return compare


@pytest.mark.parametrize(
    "words", [(), ("--seed", "5"), ("--preview",), ("--set", "video.fps=29.97"), ("--face", "0")]
)
def test_the_same_frames(
    words: tuple[str, ...], quick: Run, cli: Run, tone: Make, face: Path, same: Run
) -> None:
    assert quick(tone("a.wav", 1.4), face, "o.mp4", *words).code == 0
    result = cli("reproduce", "o.mp4")
    assert (result.code, result.out, result.err) == (0, "wrote o.again.mp4\n", "")
    assert same("o.mp4", "o.again.mp4")
    assert cli("reproduce", "o.again.mp4", "-o", "third.mp4").code == 0  # it has a lock as well
    assert same("o.mp4", "third.mp4")


def test_from_a_prepared_folder(
    quick: Run, cli: Run, tone: Make, face: Path, same: Run, folder: Path
) -> None:
    cli("prepare", face, "-o", "data", "--recipe", "quick")
    assert quick(tone(), "data/face", "o.mp4").code == 0
    face.unlink()
    assert cli("reproduce", "o.mp4").err == ""
    assert same("o.mp4", "o.again.mp4")
    (folder / "data").rename(folder / "moved")
    result = cli("reproduce", "o.mp4", "--overwrite")
    assert result.code == 2 and "say where it is now with --reference" in result.err.lower()
    assert cli("reproduce", "o.mp4", "--overwrite", "--reference", "moved/face").err == ""


def test_inputs_that_moved(
    quick: Run, cli: Run, tone: Make, face: Path, same: Run, folder: Path
) -> None:
    audio = tone()
    quick(audio, face, "o.mp4")
    audio.rename(folder / "new.wav")
    result = cli("reproduce", "o.mp4")
    assert result.code == 2
    assert result.err == (
        f"visemix: o.mp4: the audio it was made from is not there any more ({audio}). "
        "Say where it is now with --audio.\n"
    )
    face.rename(folder / "new.mp4")
    moved = ("--audio", "new.wav", "--reference", "new.mp4")
    result = cli("reproduce", "o.mp4", *moved)
    assert (result.code, result.err) == (0, "")
    assert same("o.mp4", "o.again.mp4")
    missing = cli("reproduce", "o.mp4", "--overwrite", "--audio", "none.wav")
    assert missing.code == 2 and "check the path of --audio" in missing.err.lower()


def test_what_changed_is_told(
    quick: Run, cli: Run, tone: Make, face: Path, video: Make, same: Run
) -> None:
    audio = tone()
    quick(audio, face, "o.mp4")
    tone("speech.wav", 1.0)
    video("face.mp4", [[(60, 96)]] * 9)
    result = cli("reproduce", "o.mp4", "--json")
    assert result.data["written"] == ["o.again.mp4"]
    assert result.data["differences"] == [
        f"the audio {audio} is not the file that it was made from",
        f"the reference {face} is not the file that it was made from",
    ]
    assert result.err.count("note: ") == 2
    assert not same("o.mp4", "o.again.mp4")


def test_other_versions_are_told(
    quick: Run, cli: Run, tone: Make, face: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr("visemix.registry.lock.visemix_version", lambda: "0.0.9")
        quick(tone(), face, "o.mp4")
    assert "visemix: 0.0.9 then, " in cli("reproduce", "o.mp4").err


def test_what_cannot_be_reproduced(
    quick: Run, cli: Run, tone: Make, face: Path, folder: Path
) -> None:
    result = cli("reproduce", face)
    assert result.code == 2 and "there is no lock in it" in result.err
    assert cli("reproduce", "none.mp4").code == 2
    quick(tone(), face, "o.mp4")
    (folder / "o.again.mp4").write_text("mine")
    assert "exists already" in cli("reproduce", "o.mp4").err
    result = cli("reproduce", "o.mp4", "-o", "o.mp4", "--overwrite")
    assert "would replace the file it is made from" in result.err
    assert (folder / "o.again.mp4").read_text() == "mine"


def test_with_a_checkpoint(cli: Run, tone: Make, face: Path, same: Run, folder: Path) -> None:
    cli("prepare", face, "-o", "data", "--recipe", "quick")
    steps = ["--set", "training.steps=3"]
    assert cli("train", "--recipe", "quick", "--data", "data", "-o", "run", *steps).code == 0
    words = ["--audio", tone(), "--reference", face, "-o", "o.mp4", "--checkpoint", "run"]
    assert cli("generate", *words).code == 0
    assert cli("reproduce", "o.mp4").err == ""
    assert same("o.mp4", "o.again.mp4")
    (folder / "run").rename(folder / "elsewhere")
    assert "with --checkpoint" in cli("reproduce", "o.mp4", "--overwrite").err
    assert cli("reproduce", "o.mp4", "--overwrite", "--checkpoint", "elsewhere").err == ""
