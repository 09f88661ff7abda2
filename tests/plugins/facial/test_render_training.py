"""Learning with critics of every kind; exact resume; two processes learn what one does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from visemix.core.errors import TrainingError
from visemix.core.interfaces import Discriminator, Judgement, Sample
from visemix.core.networks.patch_gan import PatchCritic, PatchSize
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.training.material import Critic, Material
from visemix.core.training.stage import Plan, Shard, Stage
from visemix.plugins.facial.refiner import RenderingToVideo

TINY: dict[str, Any] = {"width": 4, "downs": 1, "blocks": 1, "local_blocks": 0, "half_window": 1}
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
    """Of the change within a sequence, as another plugin may have it: no features, no condition."""

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
        return SyncNetwork(like.sound.shape[-1])


class SyncNetwork(nn.Module):
    def __init__(self, samples: int) -> None:
        super().__init__()
        self.hear, self.see = nn.Linear(samples, 4), nn.Linear(3, 4)

    def forward(self, sample: Sample) -> Judgement:
        assert sample.frames is not None and sample.sound is not None
        seen = self.see(sample.frames.mean((3, 4)))
        return Judgement([(self.hear(sample.sound) * seen).sum(-1)])


ALL = (PatchJudge(), ChangeJudge(), SyncJudge())


def material(*parts: Discriminator) -> Material:
    critics = [Critic(f"discriminators.{k}", part, 0.5) for k, part in enumerate(parts)]
    return sample_material(SamplePlan(frames=12), ("eye_attention",), critics)


def stage(
    of: Material, plan: Plan, refiner: RenderingToVideo | None = None, perceptual: str = "none"
) -> Stage:
    made = refiner or RenderingToVideo(**TINY, perceptual=perceptual, sequence=3)
    return made.stage("refiner", of, plan)


def test_it_learns_what_the_renders_show(tmp_path: Path, train: Train, loss_values: Values) -> None:
    learning = stage(material(), Plan(steps=60))
    learning.turns[0].optimizer.param_groups[0]["lr"] *= 30
    train(learning, tmp_path)
    l1 = loss_values(tmp_path, "l1")
    assert sum(l1[-5:]) < 0.8 * sum(l1[:5])
    assert (tmp_path / "samples" / "step-000000060.png").exists()


def test_every_term_has_its_weight(tmp_path: Path, train: Train) -> None:
    learning = stage(material(*ALL), Plan(steps=1), perceptual="efficientnet-lite0")
    rows = train(learning, tmp_path)
    found = {row["term"]: float(row["value"]) for row in rows if row["turn"] == "generator"}
    expected = 50 * found["l1"] + 10 * found["perceptual efficientnet-lite0"]
    expected += 0.5 * sum(found[f"adversarial discriminators.{k}"] for k in range(3))
    expected += 0.5 * 2 * found["feature matching discriminators.0"]
    assert found["total"] == pytest.approx(expected, rel=1e-5)
    assert len(found) == 7
    judged = {row["term"] for row in rows if row["turn"] == "discriminator"}
    assert judged == {"discriminators.0", "discriminators.1", "discriminators.2", "total"}


def test_critics_have_rates_of_their_own() -> None:
    groups = stage(material(*ALL), Plan(steps=1)).turns[1].optimizer.param_groups
    assert [group["lr"] for group in groups] == [3e-4, 1e-4, 1e-4]
    assert groups[0]["betas"] == (0.5, 0.999)


def test_terms_can_be_left_out(tmp_path: Path, train: Train) -> None:
    weights = {"render_adversarial": 0.0, "feature_matching": 0.0, "perceptual": 0.0}
    of = material(PatchJudge())
    rows = train(stage(of, Plan(steps=1, weights=weights), perceptual="vgg19"), tmp_path)
    found = {row["term"]: float(row["value"]) for row in rows if row["turn"] == "generator"}
    assert found["total"] == pytest.approx(50 * found["l1"])


def test_without_critics_there_is_one_turn() -> None:
    assert [turn.name for turn in stage(material(), Plan(steps=1)).turns] == ["generator"]


def test_the_rate_is_constant_and_then_falls_to_nothing() -> None:
    learning = stage(material(), Plan(batch=3))
    assert learning.steps == 50 * 12 // 3
    rate = learning.turns[0].rate
    assert rate is not None
    epochs = [rate(4 * epoch) for epoch in (0, 20, 35, 50)]
    assert epochs == pytest.approx([1, 1, 0.5, 0])


def test_sequences_come_only_for_critics_of_sequences() -> None:
    batch = stage(material(PatchJudge()), Plan(steps=1, batch=2)).batch(0, Shard()).to("cpu")
    assert batch.real.shape[:2] == (2, 1)
    assert batch.sound is None
    batch = stage(material(*ALL), Plan(steps=1, batch=2)).batch(0, Shard()).to("cpu")
    assert batch.real.shape[:2] == (2, 3)
    assert batch.sound.shape == (2, 3, 3200)


def test_a_critic_that_hears_needs_sound() -> None:
    silent = material(SyncJudge())
    object.__setattr__(silent.examples[0].subject, "audio", None)
    with pytest.raises(TrainingError, match=r"discriminators\.0: .* the clips have no sound"):
        stage(silent, Plan(steps=1))


def test_a_stopped_run_goes_on_with_the_same_losses(expect_the_same_after_a_stop: Expect) -> None:
    def begun(steps: int) -> Stage:
        learning = stage(material(*ALL), Plan(steps=8, batch=2, seed=3))
        learning.steps = steps
        return learning

    assert len(expect_the_same_after_a_stop(begun)) == 8 * 10


def shared() -> Stage:
    return stage(material(PatchJudge(), ChangeJudge()), Plan(steps=4, batch=2))


def test_two_processes_learn_what_one_does(expect_the_same_of_two_processes: Expect) -> None:
    expect_the_same_of_two_processes(shared, rel=2e-3)


def test_training_goes_on_from_weights_that_were_loaded() -> None:
    taught, other = RenderingToVideo(**TINY), RenderingToVideo(**TINY)
    taught.load_weights({k: v + 0.01 for k, v in taught.weights().items()})
    before = {name: value.clone() for name, value in taught.weights().items()}
    stage(material(), Plan(steps=1, seed=7), taught)
    assert all(torch.equal(before[name], value) for name, value in taught.weights().items())
    stage(material(), Plan(steps=1, seed=7), other)
    assert not torch.equal(before["finish.0.weight"], other.weights()["finish.0.weight"])
