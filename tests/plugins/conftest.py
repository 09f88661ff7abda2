"""What tests of several plugins do: train stages, call the command line, kill what learns."""

import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np
import pytest
from lightning.fabric import Fabric
from numpy.typing import NDArray

import visemix
from visemix.core.media.video_in import VideoReader
from visemix.core.subjects.folder import save_subject
from visemix.core.testing.processes import MakeStage, train_alone, train_in_processes
from visemix.core.testing.samples import sample_noise, sample_subject
from visemix.core.training.log import read_losses
from visemix.core.training.loop import Run, train_stage
from visemix.core.training.stage import Plan, Stage
from visemix.core.values.subject import Subject
from visemix.core.values.track import Track

LONGEST_S = 240
"""How long a process may take to its first checkpoint."""

Row = dict[str, str]
Word = str | Path


@pytest.fixture(scope="session")
def subject() -> Subject:
    return sample_subject()  # its face is lost in frames 40 to 42


@pytest.fixture(scope="session")
def at_64_px() -> Callable[[Track], Track]:
    """Half the size of the sample person's crop, as recipes for 64 px see it."""

    def smaller(track: Track) -> Track:
        crop = attrs.evolve(track.crop, matrix=track.crop.matrix / 2, height=64, width=64)
        return attrs.evolve(track, crop=crop)

    return smaller


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Subject], Path]:
    """``prepared(subject)``: a new folder of data; this clip is in ``a``."""

    def save(subject: Subject) -> Path:
        folder = tmp_path_factory.mktemp("data")
        save_subject(subject, folder / "a")
        return folder

    return save


@pytest.fixture(scope="session")
def train() -> Callable[..., list[Row]]:
    """``train(stage, folder, save_every=200)``: rows of its losses."""

    def to_the_end(stage: Stage, folder: Path, save_every: int = 200) -> list[Row]:
        fabric = Fabric(accelerator="cpu", devices=1)
        train_stage(stage, Run(folder, fabric, Plan(), save_every=save_every))
        return read_losses(folder)

    return to_the_end


@pytest.fixture(scope="session")
def loss_values() -> Callable[..., list[float]]:
    """``loss_values(folder, "l1", turn="generator")``: of every step of the stage there."""

    def of(folder: Path, term: str, turn: str = "generator") -> list[float]:
        rows = read_losses(folder)
        return [float(r["value"]) for r in rows if (r["turn"], r["term"]) == (turn, term)]

    return of


@pytest.fixture
def expect_the_same_after_a_stop(
    tmp_path: Path, train: Callable[..., list[Row]]
) -> Callable[[Callable[[int], Stage]], list[Row]]:
    """``expect_the_same_after_a_stop(begun)``: rows of ``begun(8)``, trained in one go.

    ``begun(4)`` loses its last checkpoint, so that ``begun(8)`` has to go on from step 2.
    """

    def expect(begun: Callable[[int], Stage]) -> list[Row]:
        whole = train(begun(8), tmp_path / "whole", save_every=2)
        train(begun(4), tmp_path / "stopped", save_every=2)
        (last,) = (tmp_path / "stopped").glob("step-*4")
        last.rename(tmp_path / "lost")
        assert train(begun(8), tmp_path / "stopped", save_every=2) == whole
        return whole

    return expect


@pytest.fixture
def expect_the_same_of_two_processes(tmp_path: Path) -> Callable[..., None]:
    """``expect_the_same_of_two_processes(make, rel=2e-3)``; runs stay in ``one`` and ``two``.

    ``make`` is a function of a module, since other processes look for it in its file.
    """

    def expect(make: MakeStage, rel: float, absolute: float | None = None) -> None:
        train_alone(make, tmp_path / "one")
        train_in_processes(make, tmp_path / "two")
        one, two = read_losses(tmp_path / "one"), read_losses(tmp_path / "two")
        assert [row | {"value": ""} for row in one] == [row | {"value": ""} for row in two]
        for alone, together in zip(one, two, strict=True):
            wanted = pytest.approx(float(alone["value"]), rel=rel, abs=absolute)
            assert float(together["value"]) == wanted, alone

    return expect


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="session")
def visemix_command() -> Callable[..., str]:
    """``visemix_command("train", "--data", path)`` in a process of its own: what it says."""

    def run(*words: Word) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "visemix", *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            env=environment(),
            timeout=600,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def training() -> Callable[..., list[str]]:
    """``training("facial/tiny", data, run, "training.steps=3")``: words for the command line."""

    def words(recipe: str, data: Path, run: Path, *settings: str) -> list[str]:
        where = ["--data", str(data), "-o", str(run), "--accelerator", "cpu"]
        return ["train", "--recipe", recipe, *where, *sets(settings)]

    return words


def sets(settings: tuple[str, ...]) -> list[str]:
    return [word for one in settings for word in ("--set", one)]


@pytest.fixture(scope="session")
def kill() -> Callable[..., None]:
    """``kill(["-m", "visemix", "train", ...], folder)``: as soon as a checkpoint is in the folder.

    ``saved`` and ``finished`` are patterns of what is in the folder after a checkpoint that counts,
    and after the end of the training.
    """

    def start_and_kill(
        words: list[str], folder: Path, saved: str = "step-*", finished: str = "done.json"
    ) -> None:
        with subprocess.Popen([sys.executable, *words], env=environment()) as process:
            deadline = time.monotonic() + LONGEST_S
            while not list(folder.glob(saved)) and time.monotonic() < deadline:
                assert process.poll() is None, "it ended before it could be killed"
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
        assert list(folder.glob(saved)), "it was killed before it saved anything"
        assert not list(folder.glob(finished)), "it was finished already"

    return start_and_kill


@pytest.fixture(scope="session")
def demo_photo() -> Path:
    return Path(visemix.__file__).parent / "registry" / "demo" / "astronaut.jpg"


@pytest.fixture
def photo_speaks(
    demo_photo: Path, visemix_command: Callable[..., str], tmp_path: Path
) -> Callable[..., list[NDArray[np.uint8]]]:
    """``photo_speaks(run, seconds=0.6, *settings)``: pictures of the demo's photo, saying noise."""

    def made(run: Path, seconds: float, *settings: str) -> list[NDArray[np.uint8]]:
        samples = (sample_noise(seconds, 16_000).samples.numpy() * 32767).astype(np.int16)
        with wave.open(str(tmp_path / "a.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16_000)
            file.writeframes(samples.tobytes())
        visemix_command(
            *("generate", "--checkpoint", run, "--audio", tmp_path / "a.wav"),
            *("--reference", demo_photo, "-o", tmp_path / "out.mp4", *sets(settings)),
        )
        with VideoReader(tmp_path / "out.mp4", 25.0) as video:
            return [picture.copy() for _, picture in video]

    return made
