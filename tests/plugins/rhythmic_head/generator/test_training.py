"""The generator learns; critics of every kind; exact resume; two processes learn what one does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

from visemix.core.errors import TrainingError
from visemix.core.interfaces import Discriminator, Judgement, Sample
from visemix.core.networks.patch_gan import PatchCritic, PatchSize
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.training.loop import Run, train_stage
from visemix.core.training.material import Critic, Material
from visemix.core.training.stage import Plan, Shard, Stage
from visemix.plugins.rhythmic_head.generator.refiner import RhythmicGenerator

TINY: dict[str, Any] = {
    **{"width": 4, "downs": 2, "adaptive": 2, "flow_downs": 1, "flow_blocks": 1},
    **{"norm": "instance", "references": 3, "perceptual": "none"},
}
Train = Callable[..., list[dict[str, str]]]
Values = Callable[..., list[float]]
Expect = Callable[..., Any]


class PatchJudge(Discriminator):
    """Of single frames."""

    judges = "frames"
    rate = 3e-4

    def network(self, like: Sample) -> nn.Module:
        return PatchCritic(like, PatchSize(width=4, layers=2), scales=2)


class ChangeJudge(Discriminator):
    """Of the change within a sequence, without features."""

    judges = "sequence"

    def network(self, like: Sample) -> nn.Module:
        assert like.frames is not None and like.frames.ndim == 5
        assert like.condition is not None and like.condition.shape[:2] == like.frames.shape[:2]
        return ChangeNetwork()


class ChangeNetwork(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.see = nn.Conv2d(3, 1, 4, 4)

    def forward(self, sample: Sample) -> Judgement:
        assert sample.frames is not None
        change: Tensor = sample.frames.diff(dim=1).flatten(0, 1)
        return Judgement([self.see(change)])


class SyncJudge(Discriminator):
    """Of pictures with their sound."""

    judges = "audio-video"

    def network(self, like: Sample) -> nn.Module:
        assert like.frames is not None and like.sound is not None
        return nn.Identity()


def material(*parts: Discriminator, frames: int = 10) -> Material:
    critics = [Critic(f"discriminators.{k}", part, 0.5) for k, part in enumerate(parts)]
    return sample_material(SamplePlan(frames=frames), (), critics)


def stage(
    of: Material, plan: Plan, refiner: RhythmicGenerator | None = None, **changes: Any
) -> Stage:
    made = refiner or RhythmicGenerator(**{**TINY, "sequence": 2, **changes})
    return made.stage("generator", of, plan)


def test_it_learns_the_person(tmp_path: Path, train: Train, loss_values: Values) -> None:
    weights = {"l1": 20.0}
    of = material(frames=6)
    train(stage(of, Plan(steps=40, weights=weights), rate=2e-3, width=6), tmp_path)
    l1 = loss_values(tmp_path, "l1")
    assert sum(l1[-5:]) < 0.6 * sum(l1[:5])
    assert (tmp_path / "samples" / "step-000000040.png").exists()


def test_every_term_has_its_weight(tmp_path: Path, train: Train) -> None:
    of, plan = material(PatchJudge(), ChangeJudge()), Plan(steps=1, weights={"l1": 2.0})
    rows = train(stage(of, plan, perceptual="efficientnet-lite0"), tmp_path)
    found = {row["term"]: float(row["value"]) for row in rows if row["turn"] == "generator"}
    expected = 2 * found["l1"] + 10 * found["perceptual efficientnet-lite0"]
    expected += 10 * (found["warp projection"] + found["warp reference"])
    expected += 0.5 * sum(found[f"adversarial discriminators.{k}"] for k in range(2))
    expected += 0.5 * 10 * found["feature matching discriminators.0"]
    assert found["total"] == pytest.approx(expected, rel=1e-5)
    assert len(found) == 8
    judged = {row["term"] for row in rows if row["turn"] == "discriminator"}
    assert judged == {"discriminators.0", "discriminators.1", "total"}


@pytest.mark.parametrize(
    ("changes", "terms"),
    [
        ({"use_warp": False}, {"l1"}),
        ({"warp_projection": False}, {"l1", "warp reference"}),
        ({"use_projection": False}, {"l1", "warp reference"}),
        ({"composition": "matting"}, {"l1", "raw", "warp projection", "warp reference"}),
    ],
)
def test_terms_follow_the_switches(
    changes: dict[str, Any], terms: set[str], tmp_path: Path, train: Train
) -> None:
    plan = Plan("released", steps=1, weights={"l1": 1.0})
    rows = train(stage(material(), plan, **changes), tmp_path)
    assert {row["term"] for row in rows} == terms | {"total"}


def test_rates_are_those_of_the_preset_or_of_ones_own() -> None:
    of = material(PatchJudge(), ChangeJudge())
    turns = stage(of, Plan("released", steps=1), rate=1e-3).turns
    assert turns[0].optimizer.param_groups[0]["lr"] == 1e-3
    assert [group["lr"] for group in turns[1].optimizer.param_groups] == [3e-4, 8e-4]
    assert turns[1].optimizer.param_groups[0]["betas"] == (0.0, 0.999)


def test_rates_fall_at_the_end() -> None:
    rate = stage(material(), Plan(steps=100), decay=0.4).turns[0].rate
    assert rate is not None
    assert [rate(step) for step in (0, 60, 80, 100)] == pytest.approx([1, 1, 0.5, 0])


def test_an_epoch_is_every_frame() -> None:
    assert stage(material(frames=10), Plan(batch=5)).steps == 100 * 2
    assert stage(material(frames=10), Plan()).steps == 100 * 5


def test_sequences_come_only_for_critics_of_sequences() -> None:
    for parts, length in (((PatchJudge(),), 1), ((PatchJudge(), ChangeJudge()), 2)):
        shown = stage(material(*parts), Plan(steps=1, batch=2)).batch(0, Shard()).to("cpu")
        assert shown.layout == (2, length)


def test_a_critic_that_hears_needs_sound() -> None:
    silent = material(SyncJudge())
    object.__setattr__(silent.examples[0].subject, "audio", None)
    with pytest.raises(TrainingError, match=r"discriminators\.0: .* the clips have no sound"):
        stage(silent, Plan(steps=1))


def begun(steps: int = 8) -> Stage:
    plan = Plan(steps=8, batch=2, seed=3, weights={"l1": 1.0})
    learning = stage(material(PatchJudge()), plan, jitter=0.2)
    learning.steps = steps
    return learning


def test_a_stopped_run_goes_on_with_the_same_losses(expect_the_same_after_a_stop: Expect) -> None:
    assert len(expect_the_same_after_a_stop(begun)) == 8 * (1 + 2 + 2 + 1 + 2)


def train_until_killed(folder: str) -> None:
    """For another process."""
    torch.set_num_threads(1)
    fabric = Fabric(accelerator="cpu", devices=1)
    train_stage(begun(), Run(Path(folder), fabric, Plan(), save_every=1))


@pytest.mark.slow
def test_a_killed_run_goes_on_with_the_same_losses(
    tmp_path: Path, train: Train, kill: Expect
) -> None:
    killed = tmp_path / "killed"
    words = f"import runpy; runpy.run_path({__file__!r})['train_until_killed']({str(killed)!r})"
    kill(["-c", words], killed, saved="step-*3", finished="step-*8")
    assert train(begun(), killed, save_every=1) == train(begun(), tmp_path / "whole")


def shared() -> Stage:
    plan = Plan(steps=3, batch=4, weights={"l1": 1.0})
    return stage(material(PatchJudge()), plan, norm="batch")


def test_two_processes_learn_what_one_does(expect_the_same_of_two_processes: Expect) -> None:
    expect_the_same_of_two_processes(shared, rel=5e-3)


def test_training_goes_on_from_weights_that_were_loaded() -> None:
    taught, other = RhythmicGenerator(**TINY), RhythmicGenerator(**TINY)
    name = "decoder.conv_img.bias"
    taught.load_weights({k: v + (k == name) for k, v in taught.weights().items()})
    assert bool((taught.weights()[name] == 1).all())
    stage(material(), Plan(steps=1, seed=7), taught)
    assert bool((taught.weights()[name] == 1).all())
    before = other.weights()["decoder.conv_img.weight"].clone()
    stage(material(), Plan(steps=1, seed=7), other)
    assert not torch.equal(before, other.weights()["decoder.conv_img.weight"])


def test_it_learns_in_bf16(tmp_path: Path, train: Train, loss_values: Values) -> None:
    fabric = Fabric(accelerator="cpu", devices=1, precision="bf16-mixed")
    train_stage(begun(1), Run(tmp_path / "half", fabric, Plan()))
    train(begun(1), tmp_path / "full")
    half, full = (loss_values(tmp_path / name, "l1")[0] for name in ("half", "full"))
    assert half != full and half == pytest.approx(full, rel=0.05)
