"""The real commands on a plugin that costs nothing, with media made here."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import visemix
from visemix.core.media.audio_in import read_audio
from visemix.core.media.video_in import VideoReader
from visemix.core.media.video_out import VideoWriter
from visemix.core.values.audio import Audio
from visemix.registry.cli import main

QUICK = Path(__file__).parent / "quick"
SOURCE = str(Path(visemix.__file__).parents[1])
Picture = NDArray[np.uint8]


@attrs.frozen
class Result:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


@attrs.frozen
class Site:
    """A folder with the installed plugin, and the environment in which it is found."""

    folder: Path
    cache: Path

    @property
    def environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(self.folder), SOURCE])
        settings = {"PYTHONPATH": path, "VISEMIX_CACHE": str(self.cache), "OMP_NUM_THREADS": "1"}
        return os.environ | settings


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    package, info = folder / "quick_system", folder / "quick_system-1.0.0.dist-info"
    package.mkdir()
    info.mkdir()
    (package / "__init__.py").write_text((QUICK / "plugin.py").read_text())
    for name in ("manifest.yaml", "recipe.yaml"):
        (package / name).write_text((QUICK / name).read_text())
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: quick-system\nVersion: 1.0.0\n")
    (info / "entry_points.txt").write_text("[visemix.plugins]\nquick = quick_system\n")
    return folder


@pytest.fixture
def site(
    installed: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """The plugin is installed, and prepared subjects are kept in a folder of this test's own."""
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.syspath_prepend(installed)
    monkeypatch.setenv("VISEMIX_CACHE", str(cache))
    yield Site(installed, cache)
    sys.modules.pop("quick_system", None)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of a test."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cli(site: Site, folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """``cli("generate", "--audio", path)``, in this process."""

    def run(*words: object) -> Result:
        capsys.readouterr()
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return Result(code, out, err)

    return run


@pytest.fixture
def quick(cli: Callable[..., Result]) -> Callable[..., Result]:
    """``quick(audio, reference, "out.mp4", ...)``: generate with the recipe that costs nothing."""

    def run(audio: object, reference: object, output: object = "out.mp4", *more: object) -> Result:
        words = ["--audio", audio, "--reference", reference, "-o", output, "--recipe", "quick"]
        return cli("generate", *words, *more)

    return run


@pytest.fixture
def start(site: Site, folder: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """The same in a process of its own; it is killed when the test ends."""
    started: list[subprocess.Popen[str]] = []

    def run(*words: object) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "visemix", *map(str, words)],
            env=site.environment,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def process(start: Callable[..., "subprocess.Popen[str]"]) -> Callable[..., Result]:
    """``process("--help")``: run to its end."""

    def run(*words: object) -> Result:
        child = start(*words)
        out, err = child.communicate(timeout=120)
        return Result(child.returncode, out, err)

    return run


def picture(*faces: tuple[int, int], size: tuple[int, int] = (192, 128)) -> Picture:
    """A grey picture with a white square for every (left, side)."""
    made = np.full((size[1], size[0], 3), 90, np.uint8)
    for left, side in faces:
        made[20 : 20 + side, left : left + side] = 255
    return made


@pytest.fixture
def tone(folder: Path) -> Callable[..., Path]:
    """``tone("a.wav", seconds)``: a tone that swells and fades, 16 bits."""

    def make(name: str = "speech.wav", seconds: float = 0.6, rate: int = 16_000) -> Path:
        import soundfile

        times = np.arange(round(seconds * rate)) / rate
        samples = 0.5 * np.sin(2 * np.pi * 220 * times) * np.abs(np.sin(7 * times))
        soundfile.write(folder / name, samples, rate)
        return folder / name

    return make


@pytest.fixture
def photo(folder: Path) -> Callable[..., Path]:
    """``photo("a.png", (left, side), ...)``."""

    def make(name: str, *faces: tuple[int, int], size: tuple[int, int] = (192, 128)) -> Path:
        cv2.imwrite(str(folder / name), picture(*faces, size=size))
        return folder / name

    return make


@pytest.fixture
def video(folder: Path) -> Callable[..., Path]:
    """``video("a.mp4", frames, fps=25, sound=True)``; a frame is a list of (left, side)."""

    def make(
        name: str,
        frames: Sequence[Sequence[tuple[int, int]]],
        fps: float = 25.0,
        sound: bool = True,
    ) -> Path:
        path = folder / name
        rate = 48_000 if sound else None
        with VideoWriter(path, (192, 128), fps, rate, overwrite=True) as writer:
            for faces in frames:
                rgb = torch.from_numpy(picture(*faces)).permute(2, 0, 1)
                writer.write(rgb[None].contiguous())
            if sound:
                times = torch.arange(round(len(frames) / fps * 48_000)) / 48_000
                writer.write_audio(Audio(0.3 * torch.sin(1400 * times), 48_000))
        return path

    return make


@pytest.fixture
def face(video: Callable[..., Path]) -> Path:
    """A second of one moving face with sound."""
    return video("face.mp4", [[(20 + t, 96)] for t in range(25)])


@attrs.frozen
class Made:
    """A video that was made, decoded."""

    pictures: NDArray[np.uint8]
    sound_s: float
    fps: float


@pytest.fixture
def watch() -> Callable[[Path], Made]:
    """Decode a video."""

    def decode(path: Path) -> Made:
        with VideoReader(path) as reader:
            pictures = np.stack([rgb.copy() for _, rgb in reader])
        return Made(pictures, read_audio(path, allow_silence=True).duration_s, reader.fps)

    return decode
