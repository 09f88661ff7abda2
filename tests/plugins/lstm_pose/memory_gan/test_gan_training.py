"""Learning: order of the turns, ablations, exact resume, several processes, other critics."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest
import torch
from torch import Tensor, nn

from visemix.core.errors import TrainingError
from visemix.core.interfaces import Discriminator, IdentityEncoder, Judgement, Sample
from visemix.core.networks.patch_gan import PatchCritic, PatchSize
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.training.checkpoint import read_tensors
from visemix.core.training.material import Critic, Material
from visemix.core.training.stage import Plan, Shard, Stage, total
from visemix.core.values.subject import Picture
from visemix.core.values.track import Track
from visemix.plugins.lstm_pose.memory_gan.memory import Memory
from visemix.plugins.lstm_pose.memory_gan.refiner import MemoryGan
from visemix.plugins.lstm_pose.memory_gan.training import GanStage

TINY: dict[str, Any] = {
    "size": 32,
    "width": 4,
    "hidden": 8,
    "identity_size": 6,
    "slots": 60,
    "key_size": 16,
}
Train = Callable[..., list[dict[str, str]]]
Values = Callable[..., list[float]]
Expect = Callable[..., Any]


class Mouths(IdentityEncoder):
    """The further the mouth is open, the more it is somebody else."""

    def embed(self, pictures: Sequence[Picture], track: Track) -> Tensor:
        gap = (track.landmarks[:, 14] - track.landmarks[:, 13]).norm(dim=1)
        turn = (gap / 20)[:, None]
        return torch.cat((turn.cos(), turn.sin(), turn.new_zeros(len(turn), 4)), 1)


class PatchJudge(Discriminator):
    """Of single frames, with batch norm as in the paper."""

    judges = "frames"
    rate = 3e-4

    def network(self, like: Sample) -> nn.Module:
        assert like.condition is not None and like.condition.shape[1] == 9
        return PatchCritic(like, PatchSize(width=4, layers=2, norm="batch"))


class SyncJudge(Discriminator):
    """Of sequences with their sound, as another plugin may have it."""

    judges = "audio-video"

    def network(self, like: Sample) -> nn.Module:
        assert like.frames is not None and like.frames.shape[1] == 8 and like.sound is not None
        return SyncNetwork(like.sound.shape[-1])


class SyncNetwork(nn.Module):
    def __init__(self, samples: int) -> None:
        super().__init__()
        self.hear, self.see = nn.Linear(samples, 4), nn.Linear(3, 4)

    def forward(self, sample: Sample) -> Judgement:
        assert sample.frames is not None and sample.sound is not None
        seen = self.see(sample.frames.mean((3, 4)))
        return Judgement([(self.hear(sample.sound) * seen).sum(-1)])


def material(*parts: Discriminator) -> Material:
    critics = [Critic(f"discriminators.{k}", part, 0.5) for k, part in enumerate(parts)]
    made = sample_material(SamplePlan(frames=12), critics=critics)
    return attrs.evolve(made, identity_encoder=Mouths())


def stage(of: Material, plan: Plan, name: str = "gan-personal", **settings: Any) -> GanStage:
    made = MemoryGan(**{**TINY, **settings}).stage(name, of, plan)
    assert isinstance(made, GanStage)
    return made


def test_it_learns_what_the_renders_show(tmp_path: Path, train: Train, loss_values: Values) -> None:
    learning = stage(material(PatchJudge()), Plan(steps=60), rate=3e-3, augment=False)
    train(learning, tmp_path)
    l1 = loss_values(tmp_path, "l1")
    assert sum(l1[-5:]) < 0.6 * sum(l1[:5])
    assert (tmp_path / "samples" / "step-000000060.png").exists()


def test_the_query_learns_to_find_its_like(
    tmp_path: Path, train: Train, loss_values: Values
) -> None:
    train(stage(material(), Plan(steps=60, batch=4), rate=1e-3, augment=False), tmp_path)
    missed = loss_values(tmp_path, "memory", turn="memory")
    assert sum(missed[-20:]) < 0.2 * sum(missed[:20])


def test_terms_and_weights_of_a_step(tmp_path: Path, train: Train) -> None:
    of = material(PatchJudge(), SyncJudge())
    learning = stage(of, Plan(steps=1, weights={"attention_size": 3.0, "other_part": 5.0}))
    rows = train(learning, tmp_path)
    found = {row["term"]: float(row["value"]) for row in rows if row["turn"] == "generator"}
    expected = 100 * found["l1"] + 3 * found["attention_size"]
    expected += 1e-5 * found["attention_variation"]
    expected += 0.5 * sum(found[f"adversarial discriminators.{k}"] for k in range(2))
    assert found["total"] == pytest.approx(expected, rel=1e-5)
    turns = [turn.name for turn in learning.turns]
    assert turns == ["memory", "discriminators.0", "discriminators.1", "generator"]


def test_rates() -> None:
    for name, rate in (("gan-general", 2e-4), ("gan-personal", 1e-4)):
        groups = [
            t.optimizer.param_groups[0] for t in stage(material(PatchJudge()), Plan(), name).turns
        ]
        assert [group["lr"] for group in groups] == [rate, 3e-4, rate]
        assert {group["betas"] for group in groups} == {(0.5, 0.999)}


def test_the_rate_falls_over_a_share_of_the_steps() -> None:
    turns = stage(material(PatchJudge()), Plan(steps=100), decay=0.5).turns
    assert len(turns) == 3
    for turn in turns:
        assert turn.rate is not None
        assert [turn.rate(step) for step in (0, 50, 75, 99)] == pytest.approx([1, 1, 0.5, 0.02])
    constant = stage(material(), Plan(steps=100)).turns[0].rate
    assert constant is not None and constant(99) == 1


def test_steps_are_epochs_of_the_found_frames() -> None:
    assert stage(material(), Plan()).steps == 60 * 12
    assert stage(material(), Plan(batch=4)).steps == 60 * 3
    assert stage(material(), Plan(steps=5)).steps == 5


def test_ablations() -> None:
    def turns(plan: Plan, **settings: Any) -> list[str]:
        return [turn.name for turn in stage(material(), plan, **settings).turns]

    assert turns(Plan(weights={"memory": 0.0})) == ["generator"]
    assert turns(Plan(), identity_feature="mean") == ["generator"]
    assert turns(Plan(), identity_feature="off") == ["generator"]


def test_the_memory_is_written_between_its_loss_and_the_generator() -> None:
    learning = stage(material(PatchJudge()), Plan(steps=1))
    memory = learning.modules["memory"]
    assert isinstance(memory, Memory)
    lesson = learning.batch(0, Shard()).to("cpu")
    first, critic, last = learning.turns
    first.losses(learning.modules, lesson)
    assert not memory.written.any()
    critic.losses(learning.modules, lesson)
    assert int(memory.written.sum()) == 1
    slot = int(memory.written.nonzero())
    assert torch.equal(memory.values[slot], lesson.identity[0, 0])
    assert int(memory.source[slot]) == int(lesson.frames.frame[0, 0])
    book = last.losses(learning.modules, lesson)
    assert int(memory.written.sum()) == 1, "once a step"
    assert "adversarial discriminators.0" in book


def test_the_generator_does_not_teach_the_critic() -> None:
    learning = stage(material(PatchJudge()), Plan(steps=1))
    lesson = learning.batch(0, Shard()).to("cpu")
    total(learning.turns[-1].losses(learning.modules, lesson)).backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
    critic = learning.modules["discriminators.0"]
    assert all(p.grad is None and p.requires_grad for p in critic.parameters())
    assert all(p.grad is not None for p in learning.modules["generator"].parameters())
    assert learning.modules["query"].linear.weight.grad is None  # type: ignore[union-attr]  # a linear layer


def test_released_general_training_takes_the_middle_frames_identity() -> None:
    def told(name: str, preset: str) -> Tensor:
        learning = stage(material(), Plan(preset=preset, batch=12, steps=1), name)
        identity: Tensor = learning.batch(0, Shard()).to("cpu").identity
        return identity

    assert float(told("gan-general", "released").std(0).max()) == 0
    for name, preset in (("gan-general", "paper"), ("gan-personal", "released")):
        assert float(told(name, preset).std(0).max()) > 0.01


def test_personal_training_goes_on_from_general_weights(
    learned: Callable[[Stage], None],
) -> None:
    gan = MemoryGan(**TINY)
    learned(gan.stage("gan-general", material(), Plan(steps=2)))
    before = {name: value.clone() for name, value in gan.weights().items()}
    gan.stage("gan-personal", material(), Plan(steps=1, seed=5))
    assert all(torch.equal(before[name], value) for name, value in gan.weights().items())
    gan.stage("gan-general", material(), Plan(steps=1, seed=5))
    assert not torch.equal(
        before["generator.down.0.weight"], gan.weights()["generator.down.0.weight"]
    )


def test_a_recipe_without_an_identity_encoder_is_told_what_to_do() -> None:
    lone = attrs.evolve(material(), identity_encoder=None)
    with pytest.raises(TrainingError, match="identity_feature=off"):
        stage(lone, Plan(steps=1))
    assert stage(lone, Plan(steps=1), identity_feature="off").batch(0, Shard()).to(
        "cpu"
    ).identity.shape == (
        1,
        1,
        0,
    )


def test_a_stopped_run_goes_on_with_the_same_losses_and_memory(
    tmp_path: Path, train: Train
) -> None:
    def begun(steps: int) -> GanStage:
        learning = stage(material(PatchJudge()), Plan(steps=8, batch=2, seed=3))
        learning.steps = steps
        return learning

    whole, resumed = begun(8), begun(8)
    rows = train(whole, tmp_path / "whole", save_every=2)
    train(begun(4), tmp_path / "stopped", save_every=2)
    assert train(resumed, tmp_path / "stopped", save_every=2) == rows
    one, other = (s.modules["memory"].state_dict() for s in (whole, resumed))
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert int((one["source"] >= 0).sum()) > 2


def shared() -> Stage:
    return stage(material(PatchJudge()), Plan(steps=4, batch=4), dropout=0.0, rate=1e-3)


@pytest.mark.slow
def test_two_processes_learn_and_remember_what_one_does(
    tmp_path: Path, expect_the_same_of_two_processes: Expect
) -> None:
    expect_the_same_of_two_processes(shared, rel=2e-3, absolute=1e-5)
    memories = [
        read_tensors(tmp_path / name / "step-000000004" / "modules.safetensors")
        for name in ("one", "two")
    ]
    assert torch.equal(memories[0]["memory.source"], memories[1]["memory.source"])
    assert torch.allclose(memories[0]["memory.keys"], memories[1]["memory.keys"], atol=1e-3)
