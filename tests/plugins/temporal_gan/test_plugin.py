"""The plugin from outside: recipes, ablations, training and speaking by the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from visemix.core.training.log import read_losses
from visemix.core.training.stage import Trainable
from visemix.core.values.subject import Subject
from visemix.registry.build import build
from visemix.registry.check import check_recipe
from visemix.registry.find_recipe import load_recipe
from visemix.registry.installed import find_installed

STAGE = "refiner.end-to-end"
Words = Callable[..., list[str]]
Run = Callable[..., str]
Speak = Callable[..., list[NDArray[np.uint8]]]

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


@pytest.fixture(scope="module")
def data(subject: Subject, prepared: Callable[[Subject], Path]) -> Path:
    return prepared(subject)


@pytest.fixture(scope="module")
def run(
    data: Path, training: Words, visemix_command: Run, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A tiny training."""
    folder = tmp_path_factory.mktemp("temporal-gan") / "run"
    said = visemix_command(*training("temporal-gan/tiny", data, folder, "training.steps=3"))
    assert "end-to-end, discriminators.1: accuracy real" in said
    return folder


@pytest.mark.slow
def test_a_training_that_was_killed_goes_on_with_the_same_losses(
    data: Path, training: Words, visemix_command: Run, kill: Callable[..., Any], tmp_path: Path
) -> None:
    whole, killed = (
        training("temporal-gan/tiny", data, tmp_path / name, "training.steps=12")
        for name in ("whole", "killed")
    )
    visemix_command(*whole)
    often = [*killed, "--save-every", "2", "--resume"]
    stages = [tmp_path / name / "stages" / STAGE for name in ("whole", "killed")]
    kill(["-m", "visemix", *often], stages[1])
    visemix_command(*often)
    assert read_losses(stages[0]) == read_losses(stages[1])


def test_training_says_how_often_each_critic_is_right(run: Path) -> None:
    stage = run / "stages" / STAGE
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
def test_a_photo_speaks(run: Path, paste: str, photo_speaks: Speak, demo_photo: Path) -> None:
    pictures = photo_speaks(run, 0.6, f"refiner.paste={paste}")
    assert len(pictures) == 15
    seen = cv2.imread(str(demo_photo))
    assert seen is not None
    wanted = (64, 48) if paste == "aligned" else seen.shape[:2]
    assert abs(pictures[0].shape[0] - wanted[0]) <= 1
    assert abs(pictures[0].shape[1] - wanted[1]) <= 1
