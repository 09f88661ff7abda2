"""The plugin from outside: recipes, ablations, training and speaking by the command line."""

import json
import os
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

import cv2
import numpy as np
import pytest

import visemix
from visemix.core.media.video_in import VideoReader
from visemix.core.subjects.folder import save_subject
from visemix.core.testing.samples import sample_noise, sample_subject
from visemix.core.training.log import read_losses
from visemix.core.training.stage import Trainable
from visemix.registry.build import build
from visemix.registry.check import check_recipe
from visemix.registry.find_recipe import load_recipe
from visemix.registry.installed import find_installed

ABLATIONS = [
    "training.weights.adversarial=0",
    "training.weights.l1=0",
    "discriminators.0.weight=0",
    "discriminators.1.weight=0",
    "discriminators.2.weight=0",
    "refiner.skips=false",
    "refiner.l1_region=full",
    "attribute_model.noise=0",
    "attribute_model.temporal=false",
    "attribute_model.layers=2",
    "attribute_model.noise_at_test=0.33",
]


@pytest.mark.parametrize("change", ABLATIONS)
@pytest.mark.parametrize("recipe", ["temporal-gan", "temporal-gan/small"])
def test_every_ablation_is_one_setting(recipe: str, change: str) -> None:
    installed = find_installed()
    check_recipe(load_recipe(recipe, installed, [change]), installed)


def test_the_paper_s_recipe_is_of_the_published_size() -> None:
    parts = build("temporal-gan").parts
    sizes = []
    for part in (parts.attribute_model, parts.refiner):
        assert isinstance(part, Trainable)
        weights = [v.numel() for name, v in part.weights().items() if "running" not in name]
        sizes.append(sum(weights))
    assert sizes[1] / 1e6 == pytest.approx(12.7 + 41.06, abs=0.05)
    assert sizes[0] / 1e6 == pytest.approx(1.10, abs=0.01)


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
    folder = tmp_path_factory.mktemp("temporal-gan")
    save_subject(sample_subject(), folder / "data" / "a")
    said = visemix_command(*training(folder / "data", folder / "run", 3))
    assert "end-to-end, discriminators.1: accuracy real" in said
    return folder / "run"


def training(data: Path, run: Path, steps: int) -> list[str | Path]:
    words = ["train", "--recipe", "temporal-gan/tiny", "--accelerator", "cpu"]
    return [*words, "--data", data, "-o", run, "--set", f"training.steps={steps}"]


@pytest.mark.slow
def test_a_training_that_was_killed_goes_on_with_the_same_losses(run: Path, tmp_path: Path) -> None:
    data = run.parent / "data"
    visemix_command(*training(data, tmp_path / "whole", 12))
    often = [*training(data, tmp_path / "killed", 12), "--save-every", "2", "--resume"]
    words = [sys.executable, "-m", "visemix", *map(str, often)]
    with subprocess.Popen(words, env={**os.environ, "OMP_NUM_THREADS": "1"}) as process:
        deadline = time.monotonic() + 120
        while not list(tmp_path.glob("killed/stages/*/step-*")) and time.monotonic() < deadline:
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    assert not list(tmp_path.glob("killed/stages/*/done.json"))
    visemix_command(*often)
    whole, killed = (
        read_losses(tmp_path / name / "stages" / "refiner.end-to-end")
        for name in ("whole", "killed")
    )
    assert killed == whole


def test_training_says_how_often_each_critic_is_right(run: Path) -> None:
    stage = run / "stages" / "refiner.end-to-end"
    summary = json.loads((stage / "summary.json").read_text())["turns"]
    assert set(summary["discriminators.1"]) >= {
        "accuracy real",
        "accuracy shifted",
        "accuracy made",
    }
    assert all("accuracy made" in summary[f"discriminators.{k}"] for k in range(3))
    assert {row["term"] for row in read_losses(stage)} >= {"accuracy real", "validation sync"}
    assert list((stage / "samples").glob("step-*.png"))


@pytest.mark.parametrize("paste", ["aligned", pytest.param("feather", marks=pytest.mark.slow)])
def test_a_photo_speaks(run: Path, tmp_path: Path, paste: str) -> None:
    photo = Path(visemix.__file__).parent / "registry" / "demo" / "astronaut.jpg"
    sound = sample_noise(0.6, 16_000)
    samples = (sound.samples.numpy() * 32767).astype(np.int16)
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.tobytes())
    visemix_command(
        *("generate", "--checkpoint", run, "--audio", tmp_path / "a.wav"),
        *("--reference", photo, "-o", tmp_path / "out.mp4", "--set", f"refiner.paste={paste}"),
    )
    with VideoReader(tmp_path / "out.mp4", 25.0) as video:
        pictures = [picture for _, picture in video]
    assert len(pictures) == 15
    seen = cv2.imread(str(photo))
    assert seen is not None
    wanted = (64, 48) if paste == "aligned" else seen.shape[:2]
    assert abs(pictures[0].shape[0] - wanted[0]) <= 1
    assert abs(pictures[0].shape[1] - wanted[1]) <= 1
