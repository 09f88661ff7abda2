"""The recipe, trained and used by the command line at a tiny size, however it is driven."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
import torch
from torch import Tensor

from visemix.core.media.video_in import VideoReader
from visemix.core.statistics import attribute_statistics
from visemix.core.testing.samples import sample_subject
from visemix.core.training.log import read_losses
from visemix.core.values.subject import Subject
from visemix.core.values.track import Track
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu
from visemix.plugins.rhythmic_head.frontal_mesh import FrontalMesh
from visemix.registry import api
from visemix.registry.cli import main

Words = Callable[..., list[str]]
DEMO = Path(api.__file__).parent / "demo"
RECIPE = "rhythmic-head/tiny"
STAGES = ["attribute_model.expression", "head_motion.head-motion", "refiner.generator"]
HEAD = (slice(16, 144), slice(32, 160))
"""Rows and columns of the sample person's crop in their pictures."""


@pytest.fixture(scope="module")
def person(at_64_px: Callable[[Track], Track]) -> Subject:
    """The sample person at 64 px, as the recipe's face model sees them."""
    subject = sample_subject()
    track = at_64_px(subject.track)
    fit = FrontalMesh(divisions=1).fit(track, subject.frames, RasterizerCpu())
    statistics = attribute_statistics(fit, track)
    return attrs.evolve(subject, track=track, fit=fit, statistics=statistics)


@pytest.fixture(scope="module")
def data(person: Subject, prepared: Callable[[Subject], Path]) -> Path:
    return prepared(person)


@pytest.fixture(scope="module")
def trained(data: Path, training: Words, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All three stages, a few steps each."""
    folder = tmp_path_factory.mktemp("run") / "run"
    assert main(training(RECIPE, data, folder, "training.steps=3")) == 0
    return folder


def made(trained: Path, reference: Path, out: Path, *sets: str) -> Tensor:
    """A second of video [25, H, W, 3], with the recipe changed."""
    sound = ["--audio", str(DEMO / "speech.wav"), "--preview", "-o", str(out)]
    who = ["--checkpoint", str(trained), "--reference", str(reference)]
    changes = [word for one in sets for word in ("--set", one)]
    assert main(["generate", *sound, *who, *changes]) == 0
    with VideoReader(out) as video:
        return torch.from_numpy(np.stack([rgb.copy() for _, rgb in video])).float()


@pytest.mark.parametrize("name", ["rhythmic-head", RECIPE])
def test_the_recipes_can_run(name: str) -> None:
    assert main(["recipe", "check", name]) == 0


def test_every_stage_is_trained_in_order_with_its_critic(trained: Path) -> None:
    assert sorted(path.name for path in (trained / "stages").iterdir()) == STAGES
    terms = ("expression", "adversarial discriminators.0", "feature matching discriminators.1")
    for stage, term in zip(STAGES, terms, strict=True):
        rows = read_losses(trained / "stages" / stage)
        assert {row["step"] for row in rows} == {"0", "1", "2"}
        assert term in {row["term"] for row in rows}
    finished = [(trained / "stages" / stage / "done.json").stat().st_mtime_ns for stage in STAGES]
    assert finished == sorted(finished)


def test_a_trained_person_speaks(trained: Path, data: Path, tmp_path: Path) -> None:
    frames = made(trained, data / "a", tmp_path / "out.mp4")
    assert frames.shape == (25, 160, 192, 3)
    assert float(frames[:, *HEAD].std(0).mean()) > float(frames[:, :8].std(0).mean())


def test_one_checkpoint_takes_any_number_of_references(
    trained: Path, data: Path, tmp_path: Path
) -> None:
    several = {
        k: made(
            trained,
            data / "a",
            tmp_path / f"{k}.mp4",
            f"matcher.references={k}",
            f"refiner.references={k}",
        )
        for k in (1, 8, 32)
    }
    for a, b in ((1, 8), (8, 32)):
        assert float((several[a] - several[b]).abs().mean()) > 0.01


def test_another_video_drives_face_and_head(trained: Path, data: Path, tmp_path: Path) -> None:
    clip = data / "a"
    frames = made(
        trained,
        clip,
        tmp_path / "out.mp4",
        "attribute_model.part=clip-attributes",
        f"attribute_model.clip={clip}",
        "head_motion.part=clip-pose",
        f"head_motion.clip={clip}",
        "head_motion.amount=2",
    )
    assert frames.shape[0] == 25
    assert float(frames[:, *HEAD].std(0).mean()) > float(frames[:, :8].std(0).mean())


def test_a_table_of_poses_moves_the_head(trained: Path, data: Path, tmp_path: Path) -> None:
    def turned(yaw: float) -> Tensor:
        table = tmp_path / f"{yaw}.csv"
        table.write_text(f"pitch,yaw,roll\n0,{yaw},0\n")
        sets = ("head_motion.part=pose-file", f"head_motion.file={table}")
        return made(trained, data / "a", tmp_path / f"{yaw}.mp4", *sets)

    left, right = turned(-15), turned(15)
    apart = (left - right).abs()
    assert float(apart[:, *HEAD].mean()) > 0.5
    assert float(apart[:, *HEAD].mean()) > 4 * float(apart[:, :8].mean())


def test_a_photo_speaks(trained: Path, tmp_path: Path) -> None:
    frames = made(trained, DEMO / "astronaut.jpg", tmp_path / "out.mp4")
    assert frames.shape == (25, 512, 512, 3)


@pytest.mark.parametrize(
    "ablation",
    [
        ("refiner.use_projection=false",),
        ("refiner.use_attention=false",),
        ("refiner.composition=matting",),
        ("refiner.use_warp=false",),
        ("discriminators.1.weight=0", "training.weights={warp: 0.0}"),
    ],
)
def test_every_ablation_is_a_setting(
    ablation: tuple[str, ...],
    data: Path,
    training: Words,
    loss_values: Callable[..., list[float]],
    tmp_path: Path,
) -> None:
    short = ("training.steps=1", "training.stages=[generator]", *ablation)
    assert main(training(RECIPE, data, tmp_path / "run", *short)) == 0
    (total,) = loss_values(tmp_path / "run" / "stages" / STAGES[2], "total")
    assert np.isfinite(total)


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_with_the_same_losses(
    data: Path, training: Words, kill: Callable[..., Any], tmp_path: Path
) -> None:
    sets = ("training.steps=16", "training.stages=[generator]")
    whole, killed = (training(RECIPE, data, tmp_path / n, *sets) for n in ("whole", "killed"))
    often = [*killed, "--save-every", "3", "--resume"]
    place = tmp_path / "killed" / "stages" / STAGES[2]
    kill(["-m", "visemix", *often], place)
    assert main(often) == 0
    assert main(whole) == 0
    assert read_losses(place) == read_losses(tmp_path / "whole" / "stages" / STAGES[2])
