"""The plugin from outside: recipes, training and speaking by the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from visemix.core.training.log import read_losses
from visemix.core.values.subject import Subject
from visemix.registry.build import build
from visemix.registry.checkpoint_fit import check_fit

STAGES = (
    "attribute_model.pre-train",
    "discriminators.1.pre-train-classifier",
    "refiner.reconstruction",
    "refiner.adversarial",
)
Words = Callable[..., list[str]]
Run = Callable[..., str]
Speak = Callable[..., list[NDArray[np.uint8]]]


@pytest.fixture(scope="module")
def data(subject: Subject, prepared: Callable[[Subject], Path]) -> Path:
    return prepared(subject)


@pytest.fixture(scope="module")
def run(
    data: Path, training: Words, visemix_command: Run, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A tiny training."""
    folder = tmp_path_factory.mktemp("audio2au") / "run"
    said = visemix_command(*training("audio2au/tiny", data, folder, "training.steps=3"))
    assert "pre-train, action units: accuracy AU10" in said
    return folder


@pytest.mark.slow
def test_a_training_that_was_killed_goes_on_with_the_same_losses(
    data: Path, training: Words, visemix_command: Run, kill: Callable[..., Any], tmp_path: Path
) -> None:
    whole, killed = (
        training("audio2au/tiny", data, tmp_path / name, "training.steps=12")
        for name in ("whole", "killed")
    )
    visemix_command(*whole)
    often = [*killed, "--save-every", "2", "--resume"]
    for stage in (STAGES[0], STAGES[3]):
        kill(["-m", "visemix", *often], tmp_path / "killed/stages" / stage)
    visemix_command(*often)
    for stage in STAGES:
        rows = [read_losses(tmp_path / name / "stages" / stage) for name in ("whole", "killed")]
        assert rows[0] == rows[1], stage


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


def test_a_photo_speaks(run: Path, photo_speaks: Speak) -> None:
    pictures = photo_speaks(run, 0.6, "refiner.paste=aligned")
    assert len(pictures) == 15
    assert pictures[0].shape == (64, 64, 3)
