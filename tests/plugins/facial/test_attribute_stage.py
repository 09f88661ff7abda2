"""The stages: schedules, windows, terms, exact resume, two processes, and that they learn."""

from pathlib import Path
from typing import Any

import attrs
import pytest
import torch
from lightning.fabric import Fabric

from visemix.core.errors import TrainingError
from visemix.core.testing.processes import train_alone, train_in_processes
from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.log import read_losses
from visemix.core.training.loop import Run, train_stage
from visemix.core.training.material import Critic, Material
from visemix.core.training.stage import Plan, Shard, Stage
from visemix.core.values.features import AudioFeatures
from visemix.plugins.facial.attribute_critic import AttributeCritic
from visemix.plugins.facial.attribute_model import GAIN, FacialGan
from visemix.plugins.facial.attribute_stage import AttributeStage
from visemix.plugins.facial.excerpts import Excerpts, Spoken
from visemix.plugins.facial.speaking import Stitching
from visemix.plugins.facial.spread import LARGEST_GAIN, lost_spread


def example(frames: int = 75, width: int = 29) -> Example:
    """A clip whose sound is what its face does: something that can be learned."""
    subject = sample_subject(SamplePlan(frames=frames))
    features = sample_features("deepspeech", (frames, 16, width), 25.0)
    said = subject.fit.attributes.expression
    assert said is not None
    values = features.values.clone()
    values[:, :, :8] += 5 * said[:, None, :8]
    return Example(subject, AudioFeatures(values, 25.0, "deepspeech", 8.0, 280.0))


def material(weight: float = 0.1, width: int = 29) -> Material:
    critic = Critic("discriminators.0", AttributeCritic(channels=4), weight)
    return Material(Dataset([example(width=width)]), critics=[critic])


def model(**changes: Any) -> FacialGan:
    return FacialGan(**{"window": 32, "channels": 8, **changes})


def stage(steps: int = 4, width: int = 29, **changes: Any) -> Stage:
    plan = Plan(steps=steps, batch=4)
    return model(width=width, **changes).stage("general", material(width=width), plan)


def projected_stage() -> Stage:
    """For other processes; with features that pass the projection."""
    return stage(width=40)


def run(folder: Path, save_every: int = 200) -> Run:
    return Run(folder, Fabric(accelerator="cpu", devices=1), Plan(), save_every=save_every)


def values(folder: Path) -> dict[tuple[str, str, str], float]:
    rows = read_losses(folder)
    return {(r["step"], r["turn"], r["term"]): float(r["value"]) for r in rows}


@pytest.mark.parametrize(
    ("preset", "name", "steps", "rate", "windows"),
    [
        ("paper", "general", 50, 1e-4, 9),  # 75 - 32 + 1 places, every fifth; one batch of 64
        ("paper", "personal", 10 * 2, 1e-4, 44),
        ("released", "personal", 11 * 2, 1e-5, 44),
    ],
)
def test_published_schedules(preset: str, name: str, steps: int, rate: float, windows: int) -> None:
    part = model()
    part.load_weights(part.weights())
    made = part.stage(name, material(), Plan(preset=preset))
    assert isinstance(made, AttributeStage)
    assert made.steps == steps
    assert [t.optimizer.param_groups[0]["lr"] for t in made.turns] == [rate, rate]
    assert len(made._lesson.excerpts.places) == windows


def test_the_critic_learns_first() -> None:
    assert [turn.name for turn in stage().turns] == ["discriminators.0", "generator"]


def test_a_critic_of_no_weight_is_left_out() -> None:
    made = model().stage("general", material(weight=0), Plan(steps=1))
    assert [turn.name for turn in made.turns] == ["generator"]
    assert list(made.modules) == ["generator"]


def test_the_adversarial_term_has_the_critics_weight(tmp_path: Path) -> None:
    plan = Plan(steps=1, batch=4, weights={"attribute_adversarial": 3.0, "start": 0.0})
    train_stage(model().stage("general", material(0.2), plan), run(tmp_path))
    found = {term: v for (_, turn, term), v in values(tmp_path).items() if turn == "generator"}
    weights = {"expression": 2, "expression_motion": 20, "pose": 1, "pose_motion": 10}
    weights |= {"eye": 5, "eye_motion": 50, "start": 0}
    wanted = sum(found[name] * weight for name, weight in weights.items())
    wanted += 3 * 0.2 * found["adversarial discriminators.0"]
    assert found["total"] == pytest.approx(wanted, rel=1e-5)


def test_a_killed_run_goes_on_with_the_same_losses(tmp_path: Path) -> None:
    disturbed: dict[str, Any] = {"width": 40, "noise": 0.5, "deaf": 0.2}
    train_stage(stage(12, **disturbed), run(tmp_path / "whole"))
    train_stage(stage(7, **disturbed), run(tmp_path / "killed", save_every=4))
    for late in (tmp_path / "killed").glob("step-*7"):
        late.rename(tmp_path / "lost")
    train_stage(stage(12, **disturbed), run(tmp_path / "killed", save_every=4))
    whole = values(tmp_path / "whole")
    assert values(tmp_path / "killed") == whole
    assert len(whole) == 12 * (2 + 9)


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(tmp_path: Path) -> None:
    train_alone(projected_stage, tmp_path / "one")
    train_in_processes(projected_stage, tmp_path / "two")
    one, two = values(tmp_path / "one"), values(tmp_path / "two")
    assert one.keys() == two.keys()
    for key, value in one.items():
        assert two[key] == pytest.approx(value, rel=2e-3, abs=1e-4), key


def test_general_then_personal_comes_closer(tmp_path: Path) -> None:
    part = model(rate=3e-3)
    train_stage(part.stage("general", material(), Plan(steps=25, batch=8)), run(tmp_path / "g"))
    train_stage(part.stage("personal", material(), Plan(steps=25, batch=8)), run(tmp_path / "p"))
    first, last = values(tmp_path / "g"), values(tmp_path / "p")
    key = ("generator", "expression")
    assert last["24", *key] < 0.5 * first["0", *key]
    gain = part.weights()[GAIN]
    assert bool((gain >= 1).all()) and bool((gain <= LARGEST_GAIN).all())


def test_the_personal_stage_needs_a_general_one() -> None:
    with pytest.raises(TrainingError, match="stage 'general' first"):
        model().stage("personal", material(), Plan())


def test_clips_must_be_as_long_as_a_window() -> None:
    with pytest.raises(TrainingError, match=r"no clip has 96 frames.*attribute_model.window"):
        model(window=96).stage("general", material(), Plan())


def spoken(frames: int = 40, cut_at: int | None = None) -> Spoken:
    """Features that tell the frame and its rows; numbers that tell the frame."""
    rows = torch.arange(-8.0, frames + 7)[:, None]
    cut = torch.zeros(frames, dtype=torch.bool)
    if cut_at is not None:
        cut[cut_at] = True
    windows = rows.unfold(0, 16, 1).transpose(1, 2).contiguous()
    return Spoken(windows, torch.arange(float(frames))[:, None], cut)


def test_windows_fit_their_numbers() -> None:
    excerpts = Excerpts.of([spoken()], 32, 1, 4, seed=0)
    batch = excerpts.draw(3, Shard())
    assert batch.features.shape == (4, 32 + 15, 1)
    assert torch.equal(batch.features[:, 8:-7], batch.true)
    assert torch.equal(batch.state, batch.true[:, 0])


def test_an_epoch_shows_every_window_once_in_another_order() -> None:
    excerpts = Excerpts.of([spoken()], 32, 1, 3, seed=0)
    assert excerpts.per_epoch == 3
    firsts = [
        [
            float(b.true[k, 0, 0])
            for b in map(excerpts.draw, (e * 3, e * 3 + 1, e * 3 + 2), [Shard()] * 3)
            for k in range(3)
        ]
        for e in (0, 1)
    ]
    assert sorted(firsts[0]) == sorted(firsts[1]) == list(range(9))
    assert firsts[0] != firsts[1]


def test_two_shards_are_the_batch() -> None:
    excerpts = Excerpts.of([spoken()], 32, 1, 4, seed=0)
    whole, halves = excerpts.draw(1, Shard()), [excerpts.draw(1, Shard(r, 2)) for r in (0, 1)]
    assert torch.equal(whole.true[1::2], halves[1].true)
    assert torch.equal(whole.features[0::2], halves[0].features)


def test_no_window_crosses_a_cut() -> None:
    excerpts = Excerpts.of([spoken(80, cut_at=40)], 32, 1, 4, seed=0)
    firsts = excerpts.places[:, 1]
    assert set(firsts.tolist()) == {*range(0, 9), *range(40, 49)}


def test_windows_that_share_no_rows_are_kept_whole() -> None:
    other = attrs.evolve(spoken(), features=torch.randn(40, 16, 1))
    excerpts = Excerpts.of([spoken(), other], 32, 1, 4, seed=0)
    assert excerpts.draw(0, Shard()).features.shape == (4, 32, 16, 1)


def test_what_the_pose_lacks_is_measured_on_sound_played_backwards() -> None:
    numbers = torch.randn(32, 71, generator=torch.Generator().manual_seed(0)).cumsum(0)
    clip = attrs.evolve(spoken(32), numbers=numbers)
    heard: list[torch.Tensor] = []

    def say(features: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
        del state
        heard.append(features[:, 0, 0])
        return (features[:, 8] + 8).clamp(0, 20).square().expand(-1, 71) / 300

    gain = lost_spread([clip], Stitching(64, 0), say)
    assert heard[0][:3].tolist() == [38, 37, 36], "the last frame first, its last row first"
    said = (torch.arange(31.0, -1, -1) + 7).clamp(0, 20).square() / 300
    wanted = (numbers[:, :6].std(0, correction=0) / said.std(correction=0)).clamp(1, LARGEST_GAIN)
    torch.testing.assert_close(gain, wanted)
    assert bool((gain > 1).any())
