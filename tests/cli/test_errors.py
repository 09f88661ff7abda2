"""What can go wrong in ``visemix generate``: one paragraph, exit code 2, nothing left behind."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from visemix.core.media.encoder import Encoder

Run = Callable[..., Any]
Make = Callable[..., Path]


@pytest.fixture
def fails(quick: Run, folder: Path, site: Any) -> Run:
    """Run ``generate``, which must fail: its paragraph."""

    def run(audio: object, reference: object, output: object = "out.mp4", *more: object) -> str:
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
        result = quick(audio, reference, output, *more)
        assert (result.code, result.out) == (2, "")
        (line,) = [line for line in result.err.splitlines() if not line.startswith("note: ")]
        assert line.startswith("visemix: ") and line.endswith(".")
        assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
        assert not [path for path in site.cache.rglob(".*")]
        return str(line.removeprefix("visemix: "))

    return run


def scrambled(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


RANDOM = np.random.default_rng(0).integers(0, 256, 20_000, np.uint8).tobytes()


@pytest.mark.parametrize("kind", ["missing", "empty", "random", "text", "cut", "folder"])
@pytest.mark.parametrize("which", ["audio", "reference"])
def test_files_that_are_no_media(
    kind: str, which: str, fails: Run, tone: Make, face: Path, folder: Path
) -> None:
    bad = folder / "bad.mp4"
    if kind == "folder":
        bad.mkdir()
    elif kind != "missing":
        whole = face.read_bytes()
        made = {"empty": b"", "random": RANDOM, "text": b"Hello, I am no film.\n" * 50}
        scrambled(bad, made.get(kind, whole[: len(whole) // 2]))
    told = fails(bad, face) if which == "audio" else fails(tone(), bad)
    assert told.startswith(f"{bad}: ")
    words = {
        "missing": "no such file",
        "empty": "the file is empty",
        "folder": "folder",
        "cut": "cut short",
    }
    assert words.get(kind, "not audio, video or a photo").lower() in told.lower()


def test_silence(fails: Run, tone: Make, face: Path, folder: Path) -> None:
    import soundfile

    soundfile.write(folder / "a.wav", np.zeros(8000), 16_000)
    assert "only silence. Give a recording with speech in it." in fails(folder / "a.wav", face)
    soundfile.write(folder / "b.wav", np.zeros(0), 16_000)
    assert "empty" in fails(folder / "b.wav", face)


def test_video_without_sound_as_audio(fails: Run, face: Path, video: Make) -> None:
    mute = video("mute.mp4", [[(40, 90)]] * 5, sound=False)
    assert "it has no audio track" in fails(mute, face)


def test_no_face(fails: Run, tone: Make, photo: Make, video: Make) -> None:
    reference = video("street.mp4", [[]] * 5)
    assert fails(tone(), reference) == (
        f"{reference}: no face was found in it. Give a picture of a face."
    )
    assert "no face was found" in fails(tone(), photo("dot.png", size=(1, 1)))


def test_a_picture_too_large_to_decode(fails: Run, tone: Make, folder: Path) -> None:
    header = cv2.imencode(".png", np.zeros((8, 8, 3), np.uint8))[1].tobytes()
    huge = header[:16] + (60_000).to_bytes(4, "big") * 2 + header[24:]
    told = fails(tone(), scrambled(folder / "huge.png", huge))
    assert told.startswith(f"{folder / 'huge.png'}: ")


def test_outputs(fails: Run, tone: Make, face: Path, folder: Path) -> None:
    audio = tone()
    (folder / "there.mp4").write_text("mine")
    (folder / "sub").mkdir()
    assert "it exists already. Add --overwrite" in fails(audio, face, "there.mp4")
    assert "does not exist. Make it first" in fails(audio, face, "nowhere/o.mp4")
    assert ".avi is not a video format that we write. End the name in" in fails(
        audio, face, "o.avi"
    )
    assert "without an ending" in fails(audio, face, "sub")
    (folder / "sub.mp4").mkdir()
    assert "it is a folder" in fails(audio, face, "sub.mp4")
    assert "would replace the file it is made from" in fails(audio, face, face, "--overwrite")
    assert "the name is too long" in fails(audio, face, f"{'x' * 250}.mp4")


def test_an_input_is_not_taken_for_the_sheet(
    fails: Run, tone: Make, photo: Make, folder: Path
) -> None:
    told = fails(tone(), photo("a.png", (40, 90)), "a.mp4", "--preview", "--overwrite")
    assert told == "a.png: it would replace the file it is made from. Choose another name."


@pytest.mark.parametrize("number, words", [(13, "not permitted"), (30, "read-only")])
def test_a_folder_that_cannot_be_written(
    number: int, words: str, fails: Run, tone: Make, face: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may write everywhere, so the system's answer is made here."""

    def refuse(path: Path, data: bytes) -> int:
        raise OSError(number, "no", str(path))

    audio = tone()
    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert words in fails(audio, face)


def test_a_disk_that_fills_up(
    fails: Run, tone: Make, face: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Encoder, item: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Encoder, "_encode", full)
    told = fails(tone(), face)
    assert told == "out.mp4: the disk is full. Free some space or write to another disk."


def test_an_existing_output_survives_a_failure(
    fails: Run, tone: Make, face: Path, folder: Path
) -> None:
    (folder / "there.mp4").write_text("mine")
    words = ("--overwrite", "--set", "refiner.fails=true")
    assert fails(tone(), face, "there.mp4", *words).startswith("it fails as told")
    assert (folder / "there.mp4").read_text() == "mine"


def test_recipes(fails: Run, tone: Make, face: Path) -> None:
    audio = tone()
    assert "no recipe 'quikc'" in fails(audio, face, "o.mp4", "--recipe", "quikc")
    told = fails(audio, face, "o.mp4", "--set", "refiner.wiat=1")
    assert "no setting 'wiat'" in told and "'wait'?" in told


@pytest.mark.parametrize("words", [("--seed", "-1"), ("--seed", "9" * 30), ("--face", "-1")])
def test_numbers_that_mean_nothing(words: tuple[str, str], quick: Run, folder: Path) -> None:
    result = quick("a.wav", "b.mp4", "o.mp4", *words)
    assert result.code == 2 and "expected a whole number from 0" in result.err


def test_folders_as_reference(cli: Run, fails: Run, tone: Make, face: Path, folder: Path) -> None:
    audio = tone()
    assert cli("prepare", face, "-o", "data", "--recipe", "quick").code == 0
    told = fails(audio, "data")
    assert told == (
        "data: this folder holds 1 prepared subjects (face), a face is needed of one. "
        "Name one of them, such as data/face."
    )
    (folder / "empty").mkdir()
    assert "holds no prepared subject" in fails(audio, "empty")
    assert "prepared for one face already" in fails(audio, "data/face", "o.mp4", "--face", 0)
    told = fails(audio, "data/face", "o.mp4", "--set", "video.fps=30")
    assert "prepared at 25 frames per second, the recipe makes 30" in told
    assert "--set video.fps=25" in told


@pytest.mark.parametrize("file", ["subject.json", "tensors.safetensors", "frames.pack"])
def test_a_damaged_subject_folder(
    file: str, cli: Run, fails: Run, tone: Make, face: Path, folder: Path
) -> None:
    cli("prepare", face, "-o", "data", "--recipe", "quick")
    path = folder / "data/face" / file
    path.write_bytes(path.read_bytes()[:50])
    told = fails(tone(), "data/face")
    assert told.startswith(f"data/face/{file}: ")
    assert "repare the reference again" in told


@pytest.fixture
def run(cli: Run, face: Path, folder: Path) -> Path:
    """A finished run of ``visemix train``."""
    assert cli("prepare", face, "-o", "data", "--recipe", "quick").code == 0
    words = ["--set", "training.steps=3", "-o", "run"]
    assert cli("train", "--recipe", "quick", "--data", "data", *words).code == 0
    return folder / "run"


def test_a_checkpoint_brings_its_recipe(
    cli: Run, quick: Run, run: Path, tone: Make, face: Path, watch: Run, folder: Path
) -> None:
    words = ["--audio", tone(), "--reference", face]
    assert cli("generate", *words, "-o", "a.mp4", "--checkpoint", run).code == 0
    assert cli("generate", *words, "-o", "b.mp4", "--recipe", run).code == 0
    assert quick(folder / "speech.wav", face, "c.mp4").code == 0
    a, b, c = (watch(folder / f"{name}.mp4").pictures for name in "abc")
    assert np.array_equal(a, b) and not np.array_equal(a, c)


def test_checkpoints(fails: Run, run: Path, tone: Make, face: Path, folder: Path) -> None:
    audio = tone()

    def told(*words: object) -> str:
        return str(fails(audio, face, "o.mp4", *words))

    assert "there is no such folder" in told("--checkpoint", "nowhere")
    (folder / "model.pt").write_bytes(pickle.dumps({"weight": 1}))
    assert "this is a file" in told("--checkpoint", "model.pt")
    assert "pickles (.pt, .pth, .ckpt) are never loaded" in told("--checkpoint", "model.pt")
    assert "there is no recipe.lock in it" in told("--checkpoint", "data")
    assert "at 25 frames per second, not 30" in told("--checkpoint", run, "--set", "video.fps=30")
    other = told("--checkpoint", run, "--set", "attribute_model.width=5")
    assert "do not fit this recipe's network" in other
    weights = run / "weights/attribute_model.safetensors"
    torch.save({"weight": torch.zeros(3)}, weights)
    assert "not a readable safetensors file" in told("--checkpoint", run)
    save_file({"weight": torch.zeros(300)}, weights)
    scrambled(weights, weights.read_bytes()[:90])
    assert "not a readable safetensors file" in told("--checkpoint", run)
    weights.unlink()
    assert "no finished weights" in told("--checkpoint", run)
    (run / "recipe.lock").write_text("{")
    assert "this is no lock" in told("--checkpoint", run)


def test_a_checkpoint_of_another_recipe(
    fails: Run, run: Path, tone: Make, face: Path, folder: Path
) -> None:
    lock = run / "recipe.lock"
    lock.write_text(lock.read_text().replace("quick-model", "other-model"))
    told = fails(tone(), face, "o.mp4", "--checkpoint", run)
    assert "of another recipe (quick): its attribute_model is 'other-model'" in told
    assert told.endswith("Leave out --recipe to use the checkpoint's own.")


def test_debug_shows_the_traceback(process: Run, folder: Path) -> None:
    words = ["generate", "--audio", "a.wav", "--reference", "b.mp4", "-o", "o.mp4"]
    assert "Traceback" not in process(*words).err
    assert "Traceback" in process("--debug", *words).err


def test_errors_as_json(quick: Run, folder: Path) -> None:
    result = quick("a.wav", "b.mp4", "o.mp4", "--json")
    assert result.data == {
        "errors": [
            {
                "kind": "MediaError",
                "what": "there is no such file",
                "where": "a.wav",
                "do": "check the path",
            }
        ]
    }


def test_what_the_system_refuses(cli: Run, face: Path, folder: Path) -> None:
    assert cli("prepare", face, "-o", "data", "--recipe", "quick").code == 0
    (folder / "file").write_text("in the way")
    words = ("train", "--recipe", "quick", "--data", "data", "-o", "file/run")
    result = cli(*words)
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert result.err.startswith("visemix: file/run") and "ot a directory" in result.err
