"""Ψ as a part: what it adds to what, streams, people, weights, refusals."""

from pathlib import Path
from typing import Any

import attrs
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from visemix.core.errors import CheckpointError, DatasetError, InvalidValue
from visemix.core.fitting.landmark_pca import landmark_pca
from visemix.core.subjects.few_frames import frontal_frame
from visemix.core.testing.contracts import check_part
from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.timeline import join
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.rhythmic_head.expression import RhythmicExpression
from visemix.plugins.rhythmic_head.expression_network import ExpressionNetwork, ExpressionSize
from visemix.plugins.rhythmic_head.lessons import learn_here
from visemix.registry.installed import find_installed

TINY: dict[str, Any] = {"channels": 8, "narrow": 3, "features": ["mfcc"], "rows": 28, "width": 12}


def person(frames: int = 75) -> Subject:
    return sample_subject(SamplePlan(frames=frames, basis="lmk-pca-20", expression=20))


def taught(**changes: object) -> RhythmicExpression:
    """With the weights that it begins to learn from."""
    part = RhythmicExpression(**{**TINY, **changes})
    part.load_weights(part.weights())
    return part


def silent(**changes: object) -> RhythmicExpression:
    """One that adds nothing."""
    part = taught(**changes)
    part.load_weights({k: v * (not k.startswith("say")) for k, v in part.weights().items()})
    return part


def heard(frames: int = 40) -> AudioFeatures:
    return sample_features("mfcc", (frames, 28, 12), 25.0)


def spoken(part: RhythmicExpression, subject: Subject, features: AudioFeatures) -> FaceAttributes:
    runner = Windowed(part.window, part.predict, part.begin(subject, 0))
    return join(list(runner.run([features])))


def expression(attributes: FaceAttributes) -> Tensor:
    assert attributes.expression is not None
    return attributes.expression


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"basis": "landmark-mesh-64", "pose_convention": "euler_deg_ortho"},
        {"personal_steps": 2, "reference": "mean", "smooth": 5},
        {"features": ["raw"], "rows": 7, "width": 160},
    ],
)
def test_it_conforms(changes: dict[str, Any]) -> None:
    manifest = find_installed().plugin("rhythmic-head").manifest
    assert manifest is not None
    part = manifest.part("attribute_model", "rhythmic-expression")
    assert part is not None
    settings = {name: setting.default for name, setting in part.settings.items()}
    settings |= {"fps": 25.0, **TINY, **changes}
    check_part("attribute_model", taught(**changes), part, settings)


def test_published_sizes() -> None:
    with torch.device("meta"):
        network = ExpressionNetwork(ExpressionSize())
    assert network.hear[0].in_features == 543 * 256
    assert (network.say.in_features, network.say.out_features) == (512, 20)


@pytest.mark.parametrize("reference", ["frontal", "mean"])
def test_what_it_says_is_added_to_the_reference(reference: str) -> None:
    subject = person()
    true = expression(subject.fit.attributes)
    frontal = frontal_frame(subject.fit.attributes, subject.track.found)
    still = true[frontal] if reference == "frontal" else true[subject.track.found].mean(0)
    made = spoken(silent(reference=reference), subject, heard())
    torch.testing.assert_close(expression(made), still.expand(40, -1))
    assert made.basis == "lmk-pca-20" and made.pose is not None
    pose = subject.fit.attributes.pose
    assert pose is not None and made.pose.convention is PoseConvention.ROTVEC_PX
    held = pose.to(PoseConvention.ROTVEC_PX).rotation[frontal]
    torch.testing.assert_close(made.pose.rotation, held.expand(40, -1))


def test_the_reference_itself_is_heard_of() -> None:
    subject, part = person(), taught()
    fit = subject.fit
    moved = attrs.evolve(fit.attributes, expression=expression(fit.attributes) + 1)
    other = attrs.evolve(subject, fit=attrs.evolve(fit, attributes=moved))
    one, two = (expression(spoken(part, s, heard())) for s in (subject, other))
    assert not torch.allclose(two - one, torch.ones(40, 20), atol=1e-3)


def telling(frames: int = 200) -> Example:
    """A clip whose sound is what its face does."""
    subject, features = person(frames), heard(frames)
    values = features.values.clone()
    values[:, :, :2] += 3 * expression(subject.fit.attributes)[:, None, :2]
    return Example(subject, attrs.evolve(features, values=values))


def test_it_learns_and_a_person_is_learned_on_a_copy() -> None:
    example = telling()
    part = RhythmicExpression(**{**TINY, "channels": 32, "rate": 3e-3, "personal_steps": 60})
    learn_here(part.stage("expression", Material(Dataset([example])), Plan(steps=60)), 0)
    subject, features = example.subject, example.features
    true = expression(subject.fit.attributes)[:, :2]
    still = (true - true.mean(0)).norm(dim=1).mean()
    general = expression(spoken(part, subject, features))[:, :2]
    personal = part.personalise(subject, features)
    error = (expression(spoken(personal, subject, features))[:, :2] - true).norm(dim=1).mean()
    assert error < 0.6 * still
    assert error < (general - true).norm(dim=1).mean()
    torch.testing.assert_close(expression(spoken(part, subject, features))[:, :2], general)
    assert taught().personalise(subject, features).__class__ is RhythmicExpression


def test_weights_hold_the_basis_that_they_mean(tmp_path: Path) -> None:
    weights = taught().weights()
    assert torch.equal(weights["basis.mean"], landmark_pca().mean)
    assert torch.equal(weights["basis.components"], landmark_pca().components)
    assert not any(name.startswith("basis.") for name in taught(basis="bfm-64").weights())
    own = attrs.evolve(landmark_pca(), mean=landmark_pca().mean + 1)
    own.save(tmp_path / "own.safetensors")
    other = taught(basis_file=str(tmp_path / "own.safetensors"))
    assert torch.equal(other.weights()["basis.mean"], own.mean)
    other.load_weights(weights)
    assert torch.equal(other.weights()["basis.mean"], landmark_pca().mean)
    with pytest.raises(CheckpointError, match=r"basis\.mean.*missing"):
        other.load_weights({k: v for k, v in weights.items() if k != "basis.mean"})


def test_weights_come_from_a_file(tmp_path: Path) -> None:
    part = taught()
    save_file(part.weights(), tmp_path / "psi.safetensors")
    again = RhythmicExpression(**TINY, weights=str(tmp_path / "psi.safetensors"))
    assert set(again.files()) == {"weights"} and part.files() == {}
    made = [expression(spoken(p, person(), heard())) for p in (part, again)]
    assert torch.equal(*made)


def test_it_must_have_learned() -> None:
    with pytest.raises(CheckpointError, match=r"not learned anything.*attribute_model.weights"):
        RhythmicExpression(**TINY).begin(person(), 0)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidValue, match="expected mfcc features"):
        spoken(taught(), person(), sample_features("mfcc", (9, 9, 12), 25.0))
    with pytest.raises(DatasetError, match="'lmk-pca-20', not 'landmark-mesh-64'"):
        taught().begin(sample_subject(), 0)
    subject = person()
    still = attrs.evolve(subject.fit.attributes, pose=None)
    with pytest.raises(DatasetError, match="needs the head pose"):
        taught().begin(attrs.evolve(subject, fit=attrs.evolve(subject.fit, attributes=still)), 0)
