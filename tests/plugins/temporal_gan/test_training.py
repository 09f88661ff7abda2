"""The stage: what every turn learns, resume, processes, ablations."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
import torch
from lightning.fabric import Fabric

from visemix.core.errors import TrainingError
from visemix.core.testing.processes import train_alone, train_in_processes
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.log import read_losses
from visemix.core.training.loop import Run, train_stage
from visemix.core.training.material import Critic, Material
from visemix.core.training.stage import Plan, Shard, Stage
from visemix.plugins.temporal_gan.attribute_model import TemporalGanLatent
from visemix.plugins.temporal_gan.discriminators import (
    TemporalGanFrame,
    TemporalGanSequence,
    TemporalGanSync,
)
from visemix.plugins.temporal_gan.refiner import TemporalGanDecoder
from visemix.plugins.temporal_gan.training import GanStage
from visemix.plugins.temporal_gan.watch import SyncWatch

Rows = Sequence[Mapping[str, str]]


def critics(**weights: float) -> list[Critic]:
    return [
        Critic("frame", TemporalGanFrame(width=4), weights.get("frame", 1.0)),
        Critic("sync", TemporalGanSync(width=4), weights.get("sync", 0.8)),
        Critic("sequence", TemporalGanSequence(width=4, hidden=8), weights.get("sequence", 0.2)),
    ]


def examples(count: int = 1) -> list[Example]:
    features = sample_features("raw", (75, 1, 3200), 25.0)
    return [Example(sample_subject(), features)] * count


def small(**settings: object) -> TemporalGanDecoder:
    sizes = {"height": 32, "width": 4, "identity": 8, "latent": 12, "sequence": 10}
    return TemporalGanDecoder(**cast(Any, {**sizes, **settings}))


def material(judged: Sequence[Critic], clips: int = 1) -> Material:
    latent = TemporalGanLatent(rate=16_000, latent=12, noise_size=4, width=2)
    parts = sample_material(SamplePlan(frames=2)).need_parts()
    with_latent = attrs.evolve(parts, attribute_model=latent)
    return Material(Dataset(examples(clips)), with_latent, judged)


def stage(
    steps: int = 4, judged: Sequence[Critic] | None = None, clips: int = 1, **settings: object
) -> GanStage:
    chosen = critics() if judged is None else judged
    made = small(**settings).stage(
        "end-to-end", material(chosen, clips), Plan(steps=steps, batch=2)
    )
    assert isinstance(made, GanStage)
    return made


def make_stage() -> Stage:
    """Found by name in other processes."""
    return stage(steps=3)


def train(one: Stage, folder: Path, save_every: int = 200) -> Rows:
    train_stage(
        one, Run(folder, Fabric(accelerator="cpu", devices=1), Plan(), save_every=save_every)
    )
    return read_losses(folder)


def terms(rows: Rows, turn: str) -> dict[str, float]:
    """Of the last step."""
    last = max(int(row["step"]) for row in rows)
    found = [row for row in rows if row["turn"] == turn and int(row["step"]) == last]
    return {row["term"]: float(row["value"]) for row in found}


def test_all_critics_then_the_generator(tmp_path: Path) -> None:
    one = stage()
    assert [turn.name for turn in one.turns] == ["frame", "sync", "sequence", "generator"]
    rows = train(one, tmp_path)
    frame, sync = terms(rows, "frame"), terms(rows, "sync")
    assert frame.keys() == {"image", "accuracy real", "accuracy made", "total"}
    assert frame["total"] == frame["image"]
    assert {"accuracy shifted", "synchronisation"} < sync.keys()
    made = terms(rows, "generator")
    weighed = 600 * made["l1"] + made["adversarial frame"]
    weighed += 0.8 * made["adversarial sync"] + 0.2 * made["adversarial sequence"]
    assert made["total"] == pytest.approx(weighed, rel=1e-5)


def test_both_halves_learn_and_are_kept(tmp_path: Path) -> None:
    one = stage()
    before = {
        name: {k: v.clone() for k, v in module.state_dict().items()}
        for name, module in one.modules.items()
    }
    train(one, tmp_path)
    for name in ("latent", "face", "frame", "sync", "sequence"):
        parameters = dict(one.modules[name].named_parameters())
        changed = [not torch.equal(v, before[name][k]) for k, v in parameters.items()]
        assert all(changed), name
    assert set(one.partners) == {"attribute_model"}


def test_a_critic_s_turn_does_not_move_the_generator() -> None:
    one = stage()
    lesson = one.batch(0, Shard())
    book = one.turns[1].losses(one.modules, lesson)
    sum(term.value * term.weight for term in book.values()).backward()  # type: ignore[union-attr]  # a sum of tensors
    assert all(p.grad is not None for p in one.modules["sync"].parameters())
    for name in ("latent", "face", "frame"):
        assert all(p.grad is None for p in one.modules[name].parameters())


def test_the_generator_s_turn_does_not_move_the_critics() -> None:
    one = stage()
    lesson = one.batch(0, Shard())
    book = one.turns[-1].losses(one.modules, lesson)
    sum(term.value * term.weight for term in book.values()).backward()  # type: ignore[union-attr]  # a sum of tensors
    for name in ("frame", "sync", "sequence"):
        assert all(p.grad is None for p in one.modules[name].parameters())
    for name in ("latent", "face"):
        assert all(p.grad is not None and p.grad.any() for p in one.modules[name].parameters())


def test_learning_rates_and_their_decay() -> None:
    one = stage(steps=1000)
    rates = {turn.name: turn.optimizer.param_groups[0]["lr"] for turn in one.turns}
    assert rates == {"frame": 1e-4, "sync": 1e-5, "sequence": 1e-5, "generator": 1e-4}
    epoch = 500  # a real one would be over after two steps
    for turn in one.turns:
        assert turn.rate is not None
        per_ten = 0.98 if turn.name == "generator" else 0.9
        assert turn.rate(10 * epoch - 1) == 1
        assert turn.rate(25 * epoch) == pytest.approx(per_ten**2)


def test_killed_and_resumed_it_learns_the_same(tmp_path: Path) -> None:
    whole = train(stage(6), tmp_path / "whole", save_every=2)
    train(stage(4), tmp_path / "killed", save_every=2)
    assert train(stage(6), tmp_path / "killed", save_every=2) == whole


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(tmp_path: Path) -> None:
    train_alone(make_stage, tmp_path / "one")
    train_in_processes(make_stage, tmp_path / "two")
    one, two = read_losses(tmp_path / "one"), read_losses(tmp_path / "two")
    assert len(one) == len(two)
    for first, second in zip(one, two, strict=True):
        wanted = float(first["value"])
        assert float(second["value"]) == pytest.approx(wanted, rel=2e-3, abs=2e-3), first


def test_without_the_adversarial_term_no_critic_learns(tmp_path: Path) -> None:
    plan = Plan(steps=2, batch=2, weights={"adversarial": 0.0})
    one = small().stage("end-to-end", material(critics()), plan)
    assert [turn.name for turn in one.turns] == ["generator"]
    assert terms(train(one, tmp_path), "generator").keys() == {"l1", "validation sync", "total"}


def test_a_critic_of_weight_0_is_left_out() -> None:
    assert [turn.name for turn in stage(judged=critics(sync=0.0)).turns] == [
        "frame",
        "sequence",
        "generator",
    ]


def test_without_l1_only_the_critics_count(tmp_path: Path) -> None:
    plan = Plan(steps=1, batch=2, weights={"l1": 0.0})
    one = small().stage("end-to-end", material(critics()), plan)
    made = terms(train(one, tmp_path), "generator")
    assert made["total"] < 5 < 600 * made["l1"]


def test_the_critics_word_grows(tmp_path: Path) -> None:
    made = terms(train(stage(1, warm_up=10), tmp_path), "generator")
    words = made["adversarial frame"] + 0.8 * made["adversarial sync"]
    words += 0.2 * made["adversarial sequence"]
    assert made["total"] == pytest.approx(600 * made["l1"] + 0.1 * words, rel=1e-4)


def test_critics_join_later_and_learn_nothing_before(tmp_path: Path) -> None:
    one = stage(2, alone=2)
    before = {k: v.clone() for k, v in one.modules["frame"].state_dict().items()}
    rows = train(one, tmp_path / "alone")
    assert terms(rows, "frame") == {"waiting": 0.0, "total": 0.0}
    assert terms(rows, "generator").keys() == {"l1", "validation sync", "total"}
    after = one.modules["frame"].state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    rows = train(stage(3, alone=2), tmp_path / "joined")
    assert "accuracy real" in terms(rows, "frame")
    made = terms(rows, "generator")
    assert made["total"] > 600 * made["l1"] + 0.1


def test_without_l1_the_critics_are_there_from_the_start(tmp_path: Path) -> None:
    plan = Plan(steps=1, batch=2, weights={"l1": 0.0})
    one = small(alone=5).stage("end-to-end", material(critics()), plan)
    assert "accuracy real" in terms(train(one, tmp_path), "frame")


def test_the_mouth_may_count_more(tmp_path: Path) -> None:
    plan = Plan(steps=1, batch=2, weights={"adversarial": 0.0, "mouth": 50.0})
    made = terms(train(small().stage("end-to-end", material([]), plan), tmp_path), "generator")
    assert made["total"] == pytest.approx(600 * made["l1"] + 50 * made["mouth"], rel=1e-5)


@pytest.mark.parametrize(("keep", "wanted"), [("best", 1.0), ("last", 2.0)])
def test_the_weights_of_the_best_trial_are_taken(
    keep: str, wanted: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = stage(1000, judged=[], clips=4, validation=0.25, keep=keep)
    watch, face = one.modules["watch"], one.modules["face"]
    assert isinstance(watch, SyncWatch)
    for value, done, score in ((1.0, 500, 0.5), (2.0, 1000, 0.4)):
        monkeypatch.setattr(watch, "score", lambda _, score=score: score)
        torch.nn.init.constant_(next(face.parameters()), value)
        assert not one.review(done)
    one.finish()
    assert torch.all(next(face.parameters()) == wanted)


def test_l1_learns_a_face(tmp_path: Path) -> None:
    rows = train(stage(60, judged=[], rate=2e-3), tmp_path)
    l1 = [float(row["value"]) for row in rows if row["term"] == "l1"]
    assert sum(l1[-5:]) < 0.5 * sum(l1[:5])


def test_a_sheet_to_look_at() -> None:
    one = stage()
    modes = [module.training for module in one.modules.values()]
    before = one.modules["face"].state_dict()["decoder.norm.running_mean"].clone()
    sheet = one.picture()
    assert sheet.dtype == torch.uint8
    assert sheet.shape == (3, 2 * 32, 7 * 24)
    assert [module.training for module in one.modules.values()] == modes
    assert torch.equal(one.modules["face"].state_dict()["decoder.norm.running_mean"], before)


def test_another_attribute_model_is_refused() -> None:
    alone = material([])
    assert alone.parts is not None
    other = attrs.evolve(alone, parts=attrs.evolve(alone.parts, attribute_model=cast(Any, None)))
    with pytest.raises(TrainingError, match="together with temporal-gan-latent"):
        small().stage("end-to-end", other, Plan(steps=1))


def test_clips_are_held_out_and_end_the_stage(tmp_path: Path) -> None:
    one = stage(3, clips=4, validation=0.25, patience=1)
    watch = one.modules["watch"]
    watch.get_buffer("worse").fill_(1.0)
    assert one.review(2)
    rows = train(one, tmp_path)
    assert {int(row["step"]) for row in rows} == {0}
