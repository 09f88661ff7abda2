"""All four stages: what learns in which turn, resume, processes, ablations."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
import torch
from lightning.fabric import Fabric

from visemix.core.errors import TrainingError
from visemix.core.interfaces import Discriminator, Sample
from visemix.core.networks.patch_gan import PatchCritic, PatchSize
from visemix.core.testing.processes import train_alone, train_in_processes
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.log import read_losses
from visemix.core.training.loop import Run, train_stage
from visemix.core.training.material import Critic, Material
from visemix.core.training.session import Session, Task
from visemix.core.training.stage import Plan, Shard, Stage, total
from visemix.plugins.audio2au.attribute_model import Audio2AuSpeech
from visemix.plugins.audio2au.classifier import Audio2AuClassifier
from visemix.plugins.audio2au.refiner import Audio2AuDecoder
from visemix.plugins.audio2au.training import GeneratorStage

Rows = Sequence[Mapping[str, str]]
CLASSIFIER, PATCH = "discriminators.1", "discriminators.0"


class Patches(Discriminator):
    """A small critic of frames."""

    judges = "frames"

    def network(self, like: Sample) -> torch.nn.Module:
        return PatchCritic(like, PatchSize(4, 2, "batch", 1), 1, conditional=False)


def classifier(**settings: object) -> Audio2AuClassifier:
    sizes = {"size": 32, "width": 4, "hidden": 16, "sequence": 8}
    return Audio2AuClassifier(**cast(Any, {**sizes, **settings}))


def decoder(**settings: object) -> Audio2AuDecoder:
    sizes = {"size": 32, "width": 4, "identity": 8, "latent": 32, "unit": 4, "hidden": 16}
    more = {"perceptual": "none", "sequence": 8}
    return Audio2AuDecoder(**cast(Any, {**sizes, **more, **settings}))


def material(known: bool = True, **settings: object) -> Material:
    features = sample_features("mfcc", (75, 28, 12), 25.0)
    speech = Audio2AuSpeech(latent=32, unit=4, width=2, sequence=8)
    parts = sample_material(SamplePlan(frames=2)).need_parts()
    judge = classifier(**settings)
    if known:
        judge.load_weights(judge.weights())
    critics = [Critic(PATCH, Patches()), Critic(CLASSIFIER, judge)]
    with_speech = attrs.evolve(parts, attribute_model=speech)
    return Material(Dataset([Example(sample_subject(), features)]), with_speech, critics)


def stage(
    name: str = "adversarial",
    given: Material | None = None,
    steps: int = 4,
    weights: Mapping[str, float] | None = None,
    **settings: object,
) -> GeneratorStage:
    plan = Plan(steps=steps, batch=2, weights=weights or {})
    made = decoder(**settings).stage(name, given or material(), plan)
    assert isinstance(made, GeneratorStage)
    return made


def make_stage() -> Stage:
    """Found by name in other processes."""
    return stage(steps=3)


def train(one: Stage, folder: Path, save_every: int = 200) -> Rows:
    fabric = Fabric(accelerator="cpu", devices=1)
    train_stage(one, Run(folder, fabric, Plan(), save_every=save_every))
    return read_losses(folder)


def terms(rows: Rows, turn: str) -> dict[str, float]:
    """Of the last step."""
    last = max(int(row["step"]) for row in rows)
    found = [row for row in rows if row["turn"] == turn and int(row["step"]) == last]
    return {row["term"]: float(row["value"]) for row in found}


def values(rows: Rows, term: str) -> list[float]:
    return [float(row["value"]) for row in rows if row["term"] == term]


def test_a_lesson_is_sound_pictures_and_labels_of_the_same_frames() -> None:
    given = material()
    lesson = stage(given=given).batch(0, Shard())
    example = given.examples[0]
    place = (example.features.values == lesson.windows[0, 0]).flatten(1).all(1).nonzero()
    first = int(place[0, 0])
    wanted = (example.subject.track.action_units[first : first + 8] >= 1).float()
    assert torch.equal(lesson.labels[0], wanted)
    assert lesson.frames.shape == (2, 8, 3, 32, 32)
    assert torch.equal(lesson.still[0], lesson.still[1])
    assert not torch.equal(lesson.frames[0, 0], lesson.still[0])


def test_critics_the_generator_then_what_knows_action_units(tmp_path: Path) -> None:
    one = stage()
    assert [t.name for t in one.turns] == [PATCH, "generator", "audio2au", CLASSIFIER]
    rates = [turn.optimizer.param_groups[0]["lr"] for turn in one.turns]
    assert rates == [2e-4, 2e-4, 1e-6, 1e-7]
    assert all(turn.optimizer.param_groups[0]["betas"] == (0.5, 0.999) for turn in one.turns)
    made = terms(train(one, tmp_path), "generator")
    weighed = 1.5 * made["reconstruction"] + 1.5 * made["identity"] + 0.02 * made["au"]
    weighed += 0.002 * made[f"adversarial {PATCH}"]
    assert made["total"] == pytest.approx(weighed, rel=1e-5)


def test_the_first_stage_has_no_critics() -> None:
    turns = [turn.name for turn in stage("reconstruction").turns]
    assert turns == ["generator", "audio2au", CLASSIFIER]


@pytest.mark.parametrize(
    ("turn", "moved"),
    [(0, {PATCH}), (1, {"encoder", "face"}), (2, {"audio2au"}), (3, {CLASSIFIER})],
)
def test_who_learns_in_which_turn(turn: int, moved: set[str]) -> None:
    one = stage()
    loss = total(one.turns[turn].losses(one.modules, one.batch(0, Shard())))
    torch.autograd.backward(loss)
    for name, module in one.modules.items():
        assert all((p.grad is not None) == (name in moved) for p in module.parameters()), name


def test_everything_learns_and_is_kept(tmp_path: Path) -> None:
    one = stage()
    before = {
        f"{name}.{key}": value.detach().clone()
        for name, module in one.modules.items()
        for key, value in module.named_parameters()
    }
    train(one, tmp_path)
    for name, module in one.modules.items():
        pairs = module.named_parameters()
        assert any(not torch.equal(before[f"{name}.{key}"], value) for key, value in pairs), name
    assert set(one.partners) == {"attribute_model", CLASSIFIER}


def test_killed_and_resumed_it_learns_the_same(tmp_path: Path) -> None:
    whole = train(stage(steps=6), tmp_path / "whole", save_every=2)
    train(stage(steps=4), tmp_path / "killed", save_every=2)
    assert train(stage(steps=6), tmp_path / "killed", save_every=2) == whole


def tasks(given: Material) -> list[Task]:
    parts, judge = given.need_parts(), given.critics[1].part
    assert isinstance(judge, Audio2AuClassifier)
    speech, face = parts.attribute_model, decoder()
    assert isinstance(speech, Audio2AuSpeech)
    return [
        Task("attribute_model", "pre-train", speech),
        Task(CLASSIFIER, "pre-train-classifier", judge),
        Task("refiner", "reconstruction", face),
        Task("refiner", "adversarial", face),
    ]


def session(folder: Path, count: int) -> Session:
    """The first ``count`` stages of a run, with parts that are new."""
    given, fabric = material(known=False), Fabric(accelerator="cpu", devices=1)
    one = Session(folder, given, Plan(steps=2, batch=2), fabric)
    one.train(tasks(given)[:count])
    return one


def test_stages_that_were_finished_earlier_are_taken_up(tmp_path: Path) -> None:
    session(tmp_path / "whole", 4)
    session(tmp_path / "apart", 3)
    session(tmp_path / "apart", 4)
    rows = [
        read_losses(tmp_path / name / "stages/refiner.adversarial") for name in ("whole", "apart")
    ]
    assert rows[0] == rows[1]
    assert (tmp_path / "apart/weights" / f"{CLASSIFIER}.safetensors").is_file()


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(tmp_path: Path) -> None:
    train_alone(make_stage, tmp_path / "one")
    train_in_processes(make_stage, tmp_path / "two")
    one, two = read_losses(tmp_path / "one"), read_losses(tmp_path / "two")
    assert len(one) == len(two)
    for first, second in zip(one, two, strict=True):
        wanted = float(first["value"])
        assert float(second["value"]) == pytest.approx(wanted, rel=2e-3, abs=2e-3), first


@pytest.mark.parametrize(
    ("weights", "gone"),
    [({"au": 0.0}, CLASSIFIER), ({"adversarial": 0.0}, PATCH)],
)
def test_an_ablated_term_teaches_nobody(weights: Mapping[str, float], gone: str) -> None:
    one = stage(weights=weights)
    assert gone not in one.modules
    assert gone not in [turn.name for turn in one.turns]


def test_without_audio2au_it_does_not_learn_on() -> None:
    turns = [turn.name for turn in stage(use_audio2au=False).turns]
    assert turns == [PATCH, "generator", CLASSIFIER]
    turns = [turn.name for turn in stage(units_rate=0.0).turns]
    assert turns == [PATCH, "generator", CLASSIFIER]


def test_a_classifier_that_stays_as_it_is(tmp_path: Path) -> None:
    one = stage(given=material(train_classifier=False))
    assert [turn.name for turn in one.turns] == [PATCH, "generator", "audio2au"]
    before = [p.detach().clone() for p in one.modules[CLASSIFIER].parameters()]
    assert "au" in terms(train(one, tmp_path), "generator")
    pairs = zip(before, one.modules[CLASSIFIER].parameters(), strict=True)
    assert all(torch.equal(old, new) for old, new in pairs)


def test_the_generator_learns_a_face(tmp_path: Path) -> None:
    one = stage("reconstruction", steps=60, rate=3e-3)
    found = values(train(one, tmp_path), "reconstruction")
    assert sum(found[-5:]) < 0.5 * sum(found[:5])


def test_audio2au_learns_to_hear_what_the_labels_say(tmp_path: Path) -> None:
    speech = material().need_parts().attribute_model
    assert isinstance(speech, Audio2AuSpeech)
    louder = torch.where(
        torch.rand(75, generator=torch.Generator().manual_seed(1)) < 0.5, 1.0, -1.0
    )
    features = sample_features("mfcc", (75, 28, 12), 25.0)
    values_ = features.values * 0.1 + louder[:, None, None]
    subject = sample_subject()
    units = 3 * (louder[:, None] > 0).float().expand(75, 5).contiguous()
    track = attrs.evolve(subject.track, action_units=units)
    example = Example(attrs.evolve(subject, track=track), attrs.evolve(features, values=values_))
    one = speech.stage("pre-train", Material(Dataset([example])), Plan(steps=40, batch=2))
    for turn in one.turns:
        turn.optimizer.param_groups[0]["lr"] = 3e-3
    rows = train(one, tmp_path)
    right = values(rows, "accuracy AU25")
    assert sum(right[-5:]) / 5 > 0.95
    assert values(rows, "labels from OpenFace") == [0.0] * 40


def test_the_classifier_learns_what_is_seen(tmp_path: Path) -> None:
    part = classifier(first_rate=3e-3)
    one = part.stage("pre-train-classifier", material(), Plan(steps=120, batch=2))
    assert not part.learned
    found = values(train(one, tmp_path), "au_bce")
    assert part.learned
    assert sum(found[-10:]) < 0.6 * sum(found[:10])


def test_a_sheet_to_look_at() -> None:
    one = stage()
    modes = [module.training for module in one.modules.values()]
    sheet = one.picture()
    assert sheet.dtype == torch.uint8
    assert sheet.shape == (3, 2 * 32, 7 * 32)
    assert [module.training for module in one.modules.values()] == modes


def test_another_attribute_model_is_refused() -> None:
    given = material()
    other = attrs.evolve(given.need_parts(), attribute_model=cast(Any, None))
    with pytest.raises(TrainingError, match="together with audio2au-speech"):
        stage(given=attrs.evolve(given, parts=other))


def test_clips_that_are_too_short_are_refused() -> None:
    with pytest.raises(TrainingError, match="50 frames in a row"):
        stage(sequence=50)
