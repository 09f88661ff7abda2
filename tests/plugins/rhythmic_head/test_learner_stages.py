"""The stages of Ψ and Φ: schedules, terms, exact resume, kill -9, two processes, and learning."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
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
from visemix.core.training.stage import Loss, Plan, Shard, Stage, total
from visemix.plugins.rhythmic_head.expression import RhythmicExpression
from visemix.plugins.rhythmic_head.head_motion import RhythmicHeadMotion
from visemix.plugins.rhythmic_head.motion_critic import MotionStatistics

MFCC: dict[str, Any] = {"features": ["mfcc"], "rows": 28, "width": 12, "narrow": 4}
PHI: dict[str, Any] = {**MFCC, "channels": 8, "encoded": 8, "base": 16, "ahead": 16}
PSI: dict[str, Any] = {**MFCC, "channels": 8}
Make = Callable[..., Stage]


def example(kind: str = "mfcc", frames: int = 75) -> Example:
    """A clip whose sound is how its head turns."""
    subject = sample_subject(SamplePlan(frames=frames, basis="lmk-pca-20", expression=20))
    pose = subject.fit.attributes.pose
    assert pose is not None
    shape = (frames, 28, 12) if kind == "mfcc" else (frames, 7, 160)
    features = sample_features(kind, shape, 25.0)
    values = features.values.clone()
    turned = (pose.rotation - pose.rotation.mean(0)) / pose.rotation.std(0)
    values[:, :, :3] += 2 * turned[:, None]
    return Example(subject, attrs.evolve(features, values=values))


def material(weight: float = 1.0, kind: str = "mfcc") -> Material:
    critic = Critic("discriminators.0", MotionStatistics(), weight)
    return Material(Dataset([example(kind), example(kind)]), critics=[critic])


def phi(steps: int = 4, weight: float = 1.0, preset: str = "paper", **changes: Any) -> Stage:
    plan = Plan(preset, steps=steps, batch=4)
    return RhythmicHeadMotion(**{**PHI, **changes}).stage("head-motion", material(weight), plan)


def psi(steps: int = 4, **changes: Any) -> Stage:
    plan = Plan(steps=steps, batch=8)
    return RhythmicExpression(**{**PSI, **changes}).stage("expression", material(), plan)


def run(folder: Path, save_every: int = 200) -> Run:
    return Run(folder, Fabric(accelerator="cpu", devices=1), Plan(), save_every=save_every)


def values(folder: Path) -> dict[tuple[str, str, str], float]:
    return {(r["step"], r["turn"], r["term"]): float(r["value"]) for r in read_losses(folder)}


def test_published_schedules() -> None:
    made = RhythmicHeadMotion(**PHI).stage("head-motion", material(), Plan())
    assert made.steps == 100  # four excerpts of 32 frames are less than a batch of 64
    motion = made.turns[-1]
    assert motion.optimizer.param_groups[0]["lr"] == 3e-4
    assert motion.optimizer.param_groups[0]["weight_decay"] == 2e-5
    assert motion.rate is not None
    assert [motion.rate(step) for step in (0, 5, 10)] == [1, 0.5, 0.25]
    spoken = RhythmicExpression(**PSI).stage("expression", material(), Plan())
    assert spoken.steps == 50 * (2 * 72 // 64)  # frames with a face; whole batches of 64
    assert spoken.turns[0].optimizer.param_groups[0]["lr"] == 2e-4


def test_the_critic_learns_first_and_may_be_left_out() -> None:
    assert [turn.name for turn in phi().turns] == ["discriminators.0", "motion"]
    for made in (phi(weight=0), phi(preset="released")):
        assert [turn.name for turn in made.turns] == ["motion"]
        assert list(made.modules) == ["motion"]


def test_what_the_critic_says_reaches_phi() -> None:
    plan = Plan(steps=1, batch=4, weights={"motion": 0.0, "motion_adversarial": 1.0})
    made = RhythmicHeadMotion(**PHI).stage("head-motion", material(), plan)
    critic, motion = made.turns
    batch = made.batch(0, Shard())
    critic.losses(made.modules, batch)
    total(motion.losses(made.modules, batch)).backward()  # type: ignore[no-untyped-call]
    slopes = [p.grad for p in made.modules["motion"].parameters() if p.grad is not None]
    assert slopes and all(bool(slope.any()) for slope in slopes[-2:])
    assert all(p.grad is None for p in made.modules["discriminators.0"].parameters())


@pytest.mark.parametrize(("weights", "terms"), [({}, 1.0), ({"motion": 3.0}, 3.0)])
def test_terms_have_their_weights(weights: dict[str, float], terms: float, tmp_path: Path) -> None:
    plan = Plan(steps=1, batch=4, weights={**weights, "motion_adversarial": 0.5})
    train_stage(RhythmicHeadMotion(**PHI).stage("head-motion", material(2.0), plan), run(tmp_path))
    found = {term: v for (_, turn, term), v in values(tmp_path).items() if turn == "motion"}
    wanted = terms * found["motion"] + 0.5 * 2.0 * found["adversarial discriminators.0"]
    assert found["total"] == pytest.approx(wanted, rel=1e-5)


def test_an_expression_without_weight_is_not_learned() -> None:
    plan = Plan(steps=1, batch=4, weights={"expression": 0.0})
    made = RhythmicExpression(**PSI).stage("expression", material(), plan)
    (loss,) = made.turns[0].losses(made.modules, made.batch(0, Shard())).values()
    assert isinstance(loss, Loss) and loss.weight == 0


@pytest.mark.parametrize("make", [phi, psi])
def test_a_stopped_run_goes_on_with_the_same_losses(make: Make, tmp_path: Path) -> None:
    disturbed: dict[str, Any] = {"noise": 0.5, "deaf": 0.2}
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    train_stage(make(10, **disturbed), run(whole))
    begun = make(10, **disturbed)
    begun.steps = 7
    train_stage(begun, run(stopped, save_every=4))
    for late in stopped.glob("step-*7"):
        late.rename(tmp_path / "lost")
    train_stage(make(10, **disturbed), run(stopped, save_every=4))
    assert values(stopped) == values(whole)
    assert len({step for step, _, _ in values(whole)}) == 10


def until_killed(name: str, folder: Path) -> None:
    """For another process."""
    torch.set_num_threads(1)
    train_stage({"phi": phi, "psi": psi}[name](40), run(folder, save_every=1))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["phi", "psi"])
def test_a_killed_run_goes_on_with_the_same_losses(name: str, tmp_path: Path) -> None:
    killed = tmp_path / "killed"
    call = f"runpy.run_path({__file__!r})['until_killed']({name!r}, pathlib.Path({str(killed)!r}))"
    with subprocess.Popen([sys.executable, "-c", f"import pathlib, runpy; {call}"]) as process:
        deadline = time.monotonic() + 120
        while not list(killed.glob("step-*3")) and time.monotonic() < deadline:
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    assert not list(killed.glob("step-*40")), "it was finished already"
    make = {"phi": phi, "psi": psi}[name]
    train_stage(make(40), run(killed))
    train_stage(make(40), run(tmp_path / "whole"))
    assert read_losses(killed) == read_losses(tmp_path / "whole")


def shared_phi() -> Stage:
    """For other processes."""
    return phi(dropout=0.0)


def shared_psi() -> Stage:
    """For other processes."""
    return psi()


@pytest.mark.slow
@pytest.mark.parametrize("make", [shared_phi, shared_psi])
def test_two_processes_learn_what_one_learns(make: Callable[[], Stage], tmp_path: Path) -> None:
    train_alone(make, tmp_path / "one")
    train_in_processes(make, tmp_path / "two")
    one, two = values(tmp_path / "one"), values(tmp_path / "two")
    assert one.keys() == two.keys()
    for key, value in one.items():
        assert two[key] == pytest.approx(value, rel=2e-3, abs=1e-4), key


def test_both_come_closer(tmp_path: Path) -> None:
    phis: dict[str, Any] = {"rate": 1e-2, "dropout": 0.0, "weight": 0.0, "hear_taps": 1}
    for made, term in ((phi(40, **phis), "motion"), (psi(40, rate=3e-3), "expression")):
        train_stage(made, run(tmp_path / term))
        found = [v for (_, turn, name), v in values(tmp_path / term).items() if turn == name]
        assert sum(found[-5:]) < 0.6 * sum(found[:5]), term


def test_raw_sound_is_learned_from_with_noise() -> None:
    shape: dict[str, Any] = {"features": ["raw"], "rows": 7, "width": 160, "channels": 8}
    quiet, mixed = (
        RhythmicExpression(**shape, noise_mixing=mixing)
        .stage("expression", material(kind="raw"), Plan(batch=4, steps=2))
        .batch(0, Shard())
        for mixing in (False, True)
    )
    assert torch.equal(quiet.change, mixed.change)
    away = (quiet.sound - mixed.sound).square().mean() / quiet.sound.square().mean()
    assert 10**-3.1 < float(away) < 10**-0.5


def test_what_cannot_be_learned_from_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"128 frames in a row.*head_motion.base lower"):
        RhythmicHeadMotion(**MFCC).stage("head-motion", material(), Plan())
    with pytest.raises(TrainingError, match="there is no preset 'other'"):
        phi(preset="other")
    subject = example().subject
    lost = attrs.evolve(subject.track, found=torch.zeros(75, dtype=torch.bool))
    unseen = Example(attrs.evolve(subject, track=lost), example().features)
    with pytest.raises((TrainingError, Exception), match="face"):
        RhythmicExpression(**PSI).stage("expression", Material(Dataset([unseen])), Plan())
