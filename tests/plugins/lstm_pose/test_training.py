"""Training by the command line, in processes that are killed and multiplied."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from visemix.core.subjects.folder import save_subject
from visemix.core.testing.samples import sample_subject

TINY = ("training.batch=4", "attribute_model.members=2")
CALM = ("attribute_model.noise=0", "attribute_model.deaf=0", "attribute_model.dropout=0")
Losses = dict[tuple[str, str, str], float]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dataset")
    save_subject(sample_subject(), folder / "a")
    return folder


def command(dataset: Path, run: Path, *sets: str, more: tuple[str, ...] = ()) -> list[str]:
    words = ["train", "--recipe", "default/tiny", "--data", str(dataset), "-o", str(run)]
    words += ["--accelerator", "cpu", *more]
    words += [word for setting in (*TINY, *sets) for word in ("--set", setting)]
    return [sys.executable, "-m", "visemix", *words]


def train(words: list[str]) -> None:
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env=environment(), timeout=300
    )
    assert done.returncode == 0, done.stderr


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1"}


def losses(run: Path, stage: str = "general") -> Losses:
    path = run / "stages" / f"attribute_model.{stage}" / "losses.csv"
    with path.open(newline="") as file:
        return {(r["step"], r["turn"], r["term"]): float(r["value"]) for r in csv.DictReader(file)}


def test_training_needs_no_media_library(dataset: Path, tmp_path: Path) -> None:
    words = command(dataset, tmp_path / "run", "training.steps=2")[3:]
    absent = "import sys; sys.modules.update(dict.fromkeys(sys.argv[1].split(',')))"
    main = "from visemix.registry.cli import main; raise SystemExit(main(sys.argv[2:]))"
    train([sys.executable, "-c", f"{absent}; {main}", "av,mediapipe,kornia", *words])


def test_a_run_that_was_killed_goes_on_with_the_same_losses(dataset: Path, tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    steps = "training.steps=60"
    train(command(dataset, whole, steps))
    often = ("--save-every", "5", "--resume")
    kill_after_a_checkpoint(command(dataset, killed, steps, more=often), killed)
    train(command(dataset, killed, steps, more=often))
    assert losses(killed) == losses(whole)
    assert len(losses(whole)) == 60 * 2 * 5


def kill_after_a_checkpoint(words: list[str], run: Path) -> None:
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()
    ) as process:
        deadline = time.monotonic() + 120
        while not list(run.glob("stages/*/step-*")) and time.monotonic() < deadline:
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    assert not list(run.glob("stages/*/done.json")), "it was finished already"


def test_general_then_personal_then_speak(dataset: Path, tmp_path: Path) -> None:
    both = "training.stages=[general, personal]"
    train(command(dataset, tmp_path / "run", "training.steps=3", both))
    assert (tmp_path / "run" / "weights" / "attribute_model.safetensors").is_file()
    assert losses(tmp_path / "run", "personal").keys() == losses(tmp_path / "run").keys()


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(dataset: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    steps = "training.steps=8"
    train(command(dataset, one, steps, *CALM))
    train(command(dataset, two, steps, *CALM, more=("--devices", "2")))
    first, second = losses(one), losses(two)
    assert first.keys() == second.keys()
    for key, value in first.items():
        assert second[key] == pytest.approx(value, rel=2e-3, abs=1e-4), key


@pytest.mark.slow
def test_the_published_network_learns_from_mfcc(dataset: Path, tmp_path: Path) -> None:
    published = (
        "audio_encoder.part=mfcc",
        "attribute_model.network=published",
        "attribute_model.features=[mfcc]",
        "attribute_model.layers=any",
        "attribute_model.width=12",
        "attribute_model.rows=28",
        "training.steps=2",
        "training.batch=2",
    )
    train(command(dataset, tmp_path / "run", *published))
    found = losses(tmp_path / "run")
    total = [found["1", "network", term] for term in ("expression", "pose", "total")]
    assert total[2] >= total[0] + 0.2 * total[1]
    assert (tmp_path / "run" / "weights" / "attribute_model.safetensors").stat().st_size > 1e8


def test_an_unknown_loss_is_refused_with_the_known_ones(dataset: Path, tmp_path: Path) -> None:
    words = command(dataset, tmp_path / "run", "training.weights={lips: 2.0}")
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env=environment(), timeout=300
    )
    assert done.returncode == 2
    assert "has a loss 'lips'" in done.stderr and "expression_motion" in done.stderr
