"""The real recipe through the real command, on small pictures of the shipped portrait."""

import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from visemix.core.media.video_in import VideoReader
from visemix.core.media.video_out import VideoWriter
from visemix.core.values.audio import Audio
from visemix.registry import api

Run = Callable[..., Any]
Make = Callable[..., Path]
DEMO = Path(api.__file__).parent / "demo"


@pytest.fixture(scope="module")
def portrait() -> Any:
    picture = cv2.imread(str(DEMO / "astronaut.jpg"))
    assert picture is not None
    return cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


@pytest.fixture
def speak(cli: Run, tone: Make) -> Run:
    def run(reference: object, output: str = "out.mp4", *more: object) -> Any:
        words = ["--audio", tone("speech.wav", 0.6), "--reference", reference, "-o", output]
        return cli("generate", *words, *more)

    return run


def test_nothing_but_the_result_is_said(process: Run, tone: Make, folder: Path, watch: Run) -> None:
    """No warning of torch, MediaPipe, numba or transformers."""
    words = ["--audio", tone(), "--reference", DEMO / "astronaut.jpg", "-o", "out.mp4"]
    result = process("generate", *words)
    assert (result.code, result.out, result.err) == (0, "wrote out.mp4\n", "")
    assert watch(folder / "out.mp4").pictures.shape == (15, 512, 512, 3)
    again = process("reproduce", "out.mp4", "--json")
    assert (again.code, again.err, again.data["differences"]) == (0, "", [])
    one, two = watch(folder / "out.mp4"), watch(folder / "out.again.mp4")
    assert np.array_equal(one.pictures, two.pictures)


@pytest.mark.parametrize("fps", [29.97, 30.0])
def test_other_rates(fps: float, speak: Run, portrait: Any, folder: Path, watch: Run) -> None:
    cv2.imwrite(str(folder / "face.png"), portrait)
    assert speak("face.png", "out.mp4", "--set", f"video.fps={fps}").code == 0
    made = watch(folder / "out.mp4")
    assert made.fps == pytest.approx(fps, rel=1e-4) and len(made.pictures) == 18
    assert made.sound_s == pytest.approx(18 / fps, abs=1 / fps)


def test_two_people(speak: Run, portrait: Any, folder: Path, watch: Run) -> None:
    small = cv2.resize(portrait, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
    small = np.pad(small, ((0, 256 - len(small)), (0, 0), (0, 0)), mode="edge")
    cv2.imwrite(str(folder / "pair.png"), np.concatenate([small, portrait], 1))
    moved = []
    for index, words in enumerate([("--face", 0), ("--face", 1), ()]):
        result = speak("pair.png", f"{index}.mp4", *words)
        assert result.code == 0 and "2 faces are seen" in result.err
        change = watch(folder / f"{index}.mp4").pictures.astype(np.float32).std(0).mean((0, 2))
        moved.append(
            "left" if change[: small.shape[1]].sum() > change[small.shape[1] :].sum() else "right"
        )
    assert moved == ["left", "right", "right"]  # the largest by default
    result = speak("pair.png", "3.mp4", "--face", 2)
    assert result.code == 2 and "pair.png" in result.err and not (folder / "3.mp4").exists()


@pytest.mark.parametrize("size", [(1, 1), (64, 2), (640, 480)])
def test_pictures_of_nobody(size: tuple[int, int], speak: Run, folder: Path) -> None:
    cv2.imwrite(str(folder / "wall.png"), np.full((size[1], size[0], 3), 120, np.uint8))
    result = speak("wall.png")
    assert result.code == 2 and result.err.startswith("visemix: wall.png: ")
    assert "face" in result.err and result.err.count("\n") == 1


def test_a_huge_picture_of_nobody(process: Run, tone: Make, folder: Path, site: Any) -> None:
    cv2.imwrite(str(folder / "wall.png"), np.full((8192, 8192, 3), 120, np.uint8))
    code = (
        "import resource, sys; from visemix.registry.cli import main; code = main(sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss); sys.exit(code)"
    )
    words = ["generate", "--audio", str(tone()), "--reference", "wall.png", "-o", "out.mp4"]
    result = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=site.environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 2 and "no face" in result.stderr
    assert int(result.stdout) * 1024 < 2.5e9


@pytest.fixture
def turning(portrait: Any, folder: Path) -> Path:
    """Two seconds: the portrait sways, and is gone for ten frames."""
    path = folder / "turning.mp4"
    rgb = cv2.cvtColor(portrait, cv2.COLOR_BGR2RGB)
    with VideoWriter(path, (256, 256), 25, 48_000) as writer:
        for t in range(50):
            turn = cv2.getRotationMatrix2D((128, 100), 3 * np.sin(t / 5), 1.0)
            picture = cv2.warpAffine(rgb, turn, (256, 256), borderMode=cv2.BORDER_REPLICATE)
            writer.write(
                np.asarray(np.full_like(picture, 90) if 20 <= t < 30 else picture, np.uint8)
            )
        times = torch.arange(2 * 48_000) / 48_000
        writer.write_audio(Audio(0.3 * torch.sin(1400 * times) * torch.sin(8 * times), 48_000))
    return path


def test_a_face_that_is_lost(speak: Run, turning: Path, folder: Path, watch: Run) -> None:
    result = speak("turning.mp4")
    assert result.code == 0
    assert "note: turning.mp4: the face was lost in 10 of 50 frames" in result.err
    pictures = watch(folder / "out.mp4").pictures
    assert pictures.std((1, 2, 3)).min() > 20  # the grey frames are not shown


def test_a_real_clip(cli: Run, shared: Path, folder: Path, watch: Run) -> None:
    """Two seconds of a person; her own sound drives her."""
    source = shared / "media/short_512_5s.mp4"
    with (
        VideoReader(source, 25.0) as reader,
        VideoWriter(folder / "clip.mp4", (512, 512), 25, None) as writer,
    ):
        for _, rgb in itertools.islice(reader, 50):
            writer.write(rgb)
    words = ["--audio", source, "--reference", "clip.mp4", "-o", "out.mp4", "--preview"]
    result = cli("generate", *words)
    assert result.code == 0
    assert watch(folder / "out.mp4").pictures.shape == (25, 512, 512, 3)
    sheet = cv2.imread(str(folder / "out.png"))
    assert sheet is not None and sheet.shape[0] == sheet.shape[1] == 5 * (len(sheet) // 5)


def test_the_demo(cli: Run, folder: Path, watch: Run) -> None:
    result = cli("demo", "--preview")
    assert (result.code, result.out, result.err) == (0, "wrote demo.mp4\nwrote demo.png\n", "")
    assert watch(folder / "demo.mp4").pictures.shape == (25, 512, 512, 3)
    refused = cli("demo")
    assert refused.code == 2 and "demo.mp4: it exists already" in refused.err
