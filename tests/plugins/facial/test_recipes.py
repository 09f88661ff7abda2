"""The recipe, trained and used by the command line at a tiny size; ablations; a kill."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
import torch

from visemix.core.media.video_in import VideoReader
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.training.log import read_losses
from visemix.core.values.subject import Subject
from visemix.core.values.track import Track
from visemix.plugins.landmark_mesh.model import LandmarkMesh
from visemix.registry import api
from visemix.registry.cli import main

Words = Callable[..., list[str]]
DEMO = Path(api.__file__).parent / "demo"
RECIPE = "facial/tiny"
STAGES = ["attribute_model.general", "attribute_model.personal", "refiner.refiner"]


@pytest.fixture(scope="module")
def person(at_64_px: Callable[[Track], Track]) -> Subject:
    """The sample person at 30 fps, as the recipe's face model sees them."""
    subject = sample_subject(SamplePlan(fps=30.0))
    track = at_64_px(subject.track)
    return attrs.evolve(subject, track=track, fit=LandmarkMesh().fit(track))


@pytest.fixture(scope="module")
def data(person: Subject, prepared: Callable[[Subject], Path]) -> Path:
    return prepared(person)


@pytest.fixture(scope="module")
def trained(data: Path, training: Words, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All three stages, a few steps each."""
    folder = tmp_path_factory.mktemp("run") / "run"
    assert main(training(RECIPE, data, folder, "training.steps=3")) == 0
    return folder


@pytest.mark.parametrize("name", ["facial", RECIPE])
def test_the_recipes_can_run(name: str) -> None:
    assert main(["recipe", "check", name]) == 0


def test_every_stage_is_trained_with_its_critic(trained: Path) -> None:
    assert sorted(path.name for path in (trained / "stages").iterdir()) == STAGES
    for stage, critic in zip(STAGES, ("adversarial discriminators.0",) * 2 + ("l1",), strict=True):
        rows = read_losses(trained / "stages" / stage)
        assert {row["step"] for row in rows} == {"0", "1", "2"}
        assert critic in {row["term"] for row in rows}


def test_a_trained_person_speaks(trained: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    sound = ["--audio", str(DEMO / "speech.wav"), "--preview", "-o", str(out)]
    who = ["--checkpoint", str(trained), "--reference", str(data / "a")]
    assert main(["generate", *sound, *who]) == 0
    with VideoReader(out) as video:
        frames = torch.from_numpy(np.stack([rgb.copy() for _, rgb in video])).float()
    assert frames.shape == (30, 160, 192, 3)
    assert float(frames.std(0)[48:112, 64:128].mean()) > float(frames.std(0)[:12].mean())


@pytest.mark.parametrize(
    "ablation",
    [
        ("attribute_model.use_local=false",),
        ("attribute_model.use_temporal=false",),
        ("discriminators.0.weight=0", "training.preset=released"),
        ("training.weights={expression_motion: 0.0, start: 0.0}",),
        ("attribute_model.pose_convention=euler_rad_persp",),
    ],
)
def test_every_ablation_is_a_setting(
    ablation: tuple[str, ...],
    data: Path,
    training: Words,
    loss_values: Callable[..., list[float]],
    tmp_path: Path,
) -> None:
    short = ("training.steps=1", "training.stages=[general]", *ablation)
    assert main(training(RECIPE, data, tmp_path / "run", *short)) == 0
    (total,) = loss_values(tmp_path / "run" / "stages" / STAGES[0], "total")
    assert np.isfinite(total)


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_with_the_same_losses(
    data: Path, training: Words, kill: Callable[..., Any], tmp_path: Path
) -> None:
    sets = ("training.steps=30", "training.stages=[general]", "attribute_model.noise=0.5")
    whole, killed = (training(RECIPE, data, tmp_path / n, *sets) for n in ("whole", "killed"))
    often = [*killed, "--save-every", "3", "--resume"]
    place = tmp_path / "killed" / "stages" / STAGES[0]
    kill(["-m", "visemix", *often], place)
    assert main(often) == 0
    assert main(whole) == 0
    assert read_losses(place) == read_losses(tmp_path / "whole" / "stages" / STAGES[0])
