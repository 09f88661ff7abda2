"""The plugin from outside: recipes, training and speaking by the command line."""

import json
import os
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

import numpy as np
import pytest

import visemix
from visemix.core.media.video_in import VideoReader
from visemix.core.subjects.folder import save_subject
from visemix.core.testing.samples import sample_noise, sample_subject
from visemix.core.training.log import read_losses
from visemix.registry.build import build
from visemix.registry.checkpoint_fit import check_fit


def visemix_command(*words: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "visemix", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny training."""
    folder = tmp_path_factory.mktemp("audio2au")
    save_subject(sample_subject(), folder / "data" / "a")
    said = visemix_command(*training(folder / "data", folder / "run", 3))
    assert "pre-train, action units: accuracy AU10" in said
    return folder / "run"


def training(data: Path, run: Path, steps: int) -> list[str | Path]:
    words = ["train", "--recipe", "audio2au/tiny", "--accelerator", "cpu"]
    return [*words, "--data", data, "-o", run, "--set", f"training.steps={steps}"]


STAGES = (
    "attribute_model.pre-train",
    "discriminators.1.pre-train-classifier",
    "refiner.reconstruction",
    "refiner.adversarial",
)


@pytest.mark.slow
def test_a_training_that_was_killed_goes_on_with_the_same_losses(run: Path, tmp_path: Path) -> None:
    data, steps = run.parent / "data", 12
    visemix_command(*training(data, tmp_path / "whole", steps))
    often = [*training(data, tmp_path / "killed", steps), "--save-every", "2", "--resume"]
    for stage in (STAGES[0], STAGES[3]):
        kill_in(tmp_path / "killed/stages" / stage, often)
    visemix_command(*often)
    for stage in STAGES:
        whole, killed = (
            read_losses(tmp_path / name / "stages" / stage) for name in ("whole", "killed")
        )
        assert killed == whole, stage


def kill_in(stage: Path, words: list[str | Path]) -> None:
    """Start a training and end it as soon as a stage has its first checkpoint."""
    command = [sys.executable, "-m", "visemix", *map(str, words)]
    with subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1"}) as process:
        deadline = time.monotonic() + 240
        while not list(stage.glob("step-*")) and time.monotonic() < deadline:
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    assert not (stage / "done.json").exists()


def test_the_paper_s_recipe_is_of_the_published_size() -> None:
    built = build("audio2au", training=True)
    assert built.resolved.recipe.training.stages == (
        "pre-train",
        "pre-train-classifier",
        "reconstruction",
        "adversarial",
    )
    assert [part.judges for part in built.discriminators.values()] == ["frames", "action-units"]


def test_a_run_has_all_stages_and_the_classifier_s_weights(run: Path) -> None:
    assert {path.stem for path in (run / "weights").glob("*")} == {
        "attribute_model",
        "discriminators.1",
        "refiner",
    }
    check_fit(run, build("audio2au/tiny"))
    summary = json.loads((run / "stages/refiner.adversarial/summary.json").read_text())["turns"]
    assert set(summary) == {"discriminators.0", "generator", "audio2au", "discriminators.1"}
    assert summary["audio2au"]["labels from OpenFace"] == 0
    assert list((run / "stages/refiner.adversarial/samples").glob("step-*.png"))


def test_a_photo_speaks(run: Path, tmp_path: Path) -> None:
    photo = Path(visemix.__file__).parent / "registry" / "demo" / "astronaut.jpg"
    samples = (sample_noise(0.6, 16_000).samples.numpy() * 32767).astype(np.int16)
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.tobytes())
    visemix_command(
        *("generate", "--checkpoint", run, "--audio", tmp_path / "a.wav"),
        *("--reference", photo, "-o", tmp_path / "out.mp4"),
        *("--set", "refiner.paste=aligned"),
    )
    with VideoReader(tmp_path / "out.mp4", 25.0) as video:
        pictures = [picture for _, picture in video]
    assert len(pictures) == 15
    assert pictures[0].shape == (64, 64, 3)
