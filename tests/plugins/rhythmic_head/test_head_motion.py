"""Φ as a part: streams, people, weights, refusals."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from visemix.core.errors import CheckpointError, InvalidValue, RecipeError
from visemix.core.testing.contracts import check_part
from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.timeline import join
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.rhythmic_head.head_motion import RhythmicHeadMotion
from visemix.registry.installed import find_installed

TINY: dict[str, Any] = {"channels": 8, "encoded": 4, "narrow": 3, "base": 20, "ahead": 20}
MFCC: dict[str, Any] = {"features": ["mfcc"], "rows": 28, "width": 12}


def taught(**changes: object) -> RhythmicHeadMotion:
    """With the weights that it begins to learn from, and a usual manner."""
    part = RhythmicHeadMotion(**{**TINY, **MFCC, **changes})
    weights = part.weights()
    dice = torch.Generator().manual_seed(0)
    for name in ("usual_weight", "usual_bias", "generate.weight"):
        weights[name] = torch.randn(weights[name].shape, generator=dice)
    part.load_weights(weights)
    return part


def heard(frames: int = 80) -> AudioFeatures:
    return sample_features("mfcc", (frames, 28, 12), 25.0)


def moved(part: RhythmicHeadMotion, subject: Subject, features: AudioFeatures) -> HeadPose:
    runner = Windowed(part.window, part.predict, part.begin(subject, 0))
    pose = join(list(runner.run([features]))).pose
    assert pose is not None
    return pose


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"pose_convention": "euler_deg_ortho", "hear_taps": 1, "motion_taps": 1},
        {"spread": 1.0, "personal_steps": 2, "reference": 0},
        {"personal_ridge": 10.0, "middle": True},
        {"features": ["raw"], "rows": 7, "width": 160},
    ],
)
def test_it_conforms(changes: dict[str, Any]) -> None:
    contract = find_installed().plugin("rhythmic-head").manifest
    assert contract is not None
    part = contract.part("head_motion", "rhythmic-head-motion")
    assert part is not None
    settings = {name: setting.default for name, setting in part.settings.items()}
    changed = {**TINY, **MFCC, **changes}
    settings |= {"fps": 25.0, **changed}
    check_part("head_motion", taught(**changes), part, settings)


def test_motion_is_around_the_persons_mean_and_stays_near() -> None:
    subject = sample_subject()
    pose = moved(taught(), subject, heard()).to(PoseConvention.EULER_DEG_ORTHO)
    true = subject.fit.attributes.pose
    assert true is not None
    far = (pose.rotation - true.rotation.mean(0)).abs().amax(0)
    assert bool((far <= 4.5 * true.rotation.std(0)).all())
    assert float(pose.rotation.std(0).min()) > 0


def test_the_motion_is_smooth() -> None:
    rough, smooth = (
        moved(taught(hear_taps=1, motion_taps=taps), sample_subject(), heard()).rotation
        for taps in (1, 11)
    )
    assert float(smooth.diff(n=2, dim=0).std()) < 0.3 * float(rough.diff(n=2, dim=0).std())


def test_somebody_elses_motion_gives_another_manner() -> None:
    subject, part = sample_subject(), taught()
    general = moved(part, subject, heard())
    personal = part.personalise(subject, heard(75))
    assert personal is not part
    assert not torch.allclose(moved(personal, subject, heard()).rotation, general.rotation)


def test_only_the_start_of_the_reference_is_looked_at_if_wanted() -> None:
    subject, features = sample_subject(), heard(75)
    changed = features.values.clone()
    changed[60:] += 5
    other = AudioFeatures(changed, 25.0, "mfcc", 13.5, 280.0)
    for frames, same in ((20, True), (0, False)):
        part = taught(reference=frames, hear_taps=1)
        poses = [moved(part.personalise(subject, f), subject, heard()) for f in (features, other)]
        assert torch.equal(poses[0].rotation, poses[1].rotation) == same


def test_short_references_keep_the_usual_manner() -> None:
    part = taught()
    assert part.personalise(sample_subject(SamplePlan(frames=15)), heard(15)) is part


def test_lost_spread_is_given_back() -> None:
    subject = sample_subject()
    true = subject.fit.attributes.pose
    assert true is not None
    spreads = []
    for share in (0.0, 1.0):
        part = taught(spread=share, reference=0)
        weights = part.weights()
        weights["generate.weight"] = 0.02 * weights["generate.weight"]
        part.load_weights(weights)
        personal = part.personalise(subject, heard(75))
        spreads.append(moved(personal, subject, heard(75)).rotation.std(0))
    assert bool((spreads[1] > 1.5 * spreads[0]).all())


def test_what_the_person_did_is_solved_for() -> None:
    """Sound that says what the head does: a manner that is solved follows it."""
    subject, features = sample_subject(SamplePlan(frames=200)), heard(200)
    true = subject.fit.attributes.pose
    assert true is not None
    values = features.values.clone()
    values[:, :, :3] = 3 * ((true.rotation - true.rotation.mean(0)) / true.rotation.std(0))[:, None]
    told = AudioFeatures(values, 25.0, "mfcc", 13.5, 280.0)
    wide: dict[str, Any] = {"channels": 64, "encoded": 64, "narrow": 16, "hear_taps": 1}
    errors = []
    for ridge in (0.0, 1.0):
        part = taught(personal_ridge=ridge, reference=0, motion_taps=1, **wide)
        made = moved(part.personalise(subject, told), subject, told)
        made = made.to(PoseConvention.EULER_DEG_ORTHO)
        errors.append(float((made.rotation - true.rotation).norm(dim=1).mean()))
    assert errors[1] < 0.5 * errors[0]


def test_weights_come_from_a_file(tmp_path: Path) -> None:
    part = taught()
    file = tmp_path / "phi.safetensors"
    save_file(part.weights(), file)
    again = RhythmicHeadMotion(**TINY, **MFCC, weights=str(file))
    assert again.files() == {"weights": file} and part.files() == {}
    poses = [moved(p, sample_subject(), heard()).rotation for p in (part, again)]
    assert torch.equal(*poses)


def test_it_must_have_learned() -> None:
    part = RhythmicHeadMotion(**TINY, **MFCC)
    for use in (
        lambda: part.begin(sample_subject(), 0),
        lambda: part.personalise(sample_subject(), heard()),
    ):
        with pytest.raises(CheckpointError, match=r"has not learned anything.*head_motion.weights"):
            use()


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidValue, match="expected mfcc features, 28 rows of 12"):
        moved(taught(), sample_subject(), sample_features("mfcc", (9, 9, 12), 25.0))
    with pytest.raises(RecipeError, match="must be odd"):
        RhythmicHeadMotion(motion_taps=4)
    with pytest.raises(CheckpointError):
        RhythmicHeadMotion(**TINY, **MFCC).load_weights(taught(channels=16).weights())
