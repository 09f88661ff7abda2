"""The same networks in another face model's expression basis."""

from collections.abc import Callable

import pytest
import torch

from visemix.core.errors import CheckpointError, InvalidValue
from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.timeline import join
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Shard
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.windows import Windowed
from visemix.plugins.lstm_pose.bases import BASES, Basis
from visemix.plugins.lstm_pose.clips import beginning
from visemix.plugins.lstm_pose.lessons import learn
from visemix.plugins.lstm_pose.model import LstmPose
from visemix.plugins.lstm_pose.published import PublishedNetwork
from visemix.plugins.lstm_pose.published_network import PublishedModel

FRAMES = 120
Make = Callable[..., LstmPose]


def example_in(basis: Basis, frames: int = FRAMES) -> Example:
    plan = SamplePlan(frames=frames, basis=basis.name, expression=basis.size)
    return Example(sample_subject(plan), sample_features("moonshine", (frames, 9, 24), 25.0))


def said(model: LstmPose, example: Example) -> FaceAttributes:
    begun = model.begin(example.subject, 0)
    return join(list(Windowed(model.window, model.predict, begun).run([example.features])))


@pytest.mark.parametrize("basis", BASES.values(), ids=lambda b: b.name)
def test_general_then_personal_in_every_basis(basis: Basis, small: Make) -> None:
    example = example_in(basis)
    model = small(basis=basis.name)
    learn(model.stage("general", Material(Dataset([example])), Plan(steps=2, batch=2)), seed=0)
    personal = model.personalise(example.subject, example.features)
    assert isinstance(personal, LstmPose)
    for speaker in (model, personal):
        made = said(speaker, example)
        assert made.basis == basis.name and made.expression is not None
        assert made.expression.shape == (FRAMES, basis.size)
        still = made.expression.std(0) == 0
        assert still.nonzero().flatten().tolist() == list(basis.held)


@pytest.mark.parametrize("basis", BASES.values(), ids=lambda b: b.name)
def test_the_published_network_says_the_whole_basis(basis: Basis) -> None:
    features = sample_features("mfcc", (40, 28, 12), 25.0)
    example = Example(example_in(basis, 40).subject, features)
    stage = PublishedModel(basis).stage("general", Dataset([example]), Plan(batch=1))
    _, targets = stage.batch(0, Shard())
    assert targets.shape == (1, 16, basis.size + 6)
    with torch.no_grad():
        made = stage.modules["network"](torch.zeros(1, 2, 28, 12))
    assert made.shape == (1, 2, basis.size + 6)


def test_another_size_of_the_basis_has_other_weights() -> None:
    counts = [sum(p.numel() for p in PublishedNetwork(n).parameters()) for n in (70, 63)]
    assert counts[0] - counts[1] == 7 * 257


def test_packaged_weights_speak_one_basis() -> None:
    with pytest.raises(CheckpointError, match=r"speak 'landmark-mesh-64', not 'ict-57'.*weights: "):
        LstmPose(basis="ict-57")
    assert LstmPose(basis="ict-57", network="published", width=12, rows=28)
    with pytest.raises(InvalidValue, match="expected landmark-mesh-64 or bfm-64 or ict-57"):
        LstmPose(basis="flame-50")


def test_a_subject_in_another_basis(trained: LstmPose) -> None:
    with pytest.raises(InvalidValue, match=r"basis 'bfm-64', not 'landmark-mesh-64'.*set attrib"):
        trained.begin(example_in(BASES["bfm-64"]).subject, 0)


def test_the_first_frames_of_a_clip(example: Example) -> None:
    short = beginning(example, 50)
    expression = short.subject.fit.attributes.expression
    whole = example.subject.fit.attributes.expression
    assert expression is not None and whole is not None
    assert torch.equal(expression, whole[:50])
    assert torch.equal(short.features.values, example.features.values[:50])
    assert beginning(example, 0) is example and beginning(example, 500) is example


def test_a_person_is_learned_from_so_many_frames(small: Make, example: Example) -> None:
    """What comes later changes nothing; what comes before does."""
    late = beginning(example, 0).features.values.clone()
    late[100:] += 1
    changed = Example(example.subject, _with_values(example, late))
    for frames, same in ((100, True), (0, False)):
        weights = []
        for clip in (example, changed):
            model = small(personal_frames=frames)
            general = Material(Dataset([example]))
            learn(model.stage("general", general, Plan(steps=1, batch=2)), seed=0)
            learn(model.stage("personal", Material(Dataset([clip])), Plan(steps=2, batch=2)), 0)
            weights.append(model.weights()["head.weight"])
        assert torch.equal(*weights) is same


def _with_values(example: Example, values: torch.Tensor) -> AudioFeatures:
    old = example.features
    return AudioFeatures(values, old.fps, old.kind, old.centre, old.look_ahead_ms)


def test_the_published_network_takes_three_hundred_frames() -> None:
    features = sample_features("mfcc", (400, 28, 12), 25.0)
    data = Dataset([Example(sample_subject(SamplePlan(frames=400)), features)])
    for frames, windows in ((0, 285), (100, 85)):
        model = PublishedModel(personal_frames=frames)
        model.load_weights(model.weights(), "here")
        assert model.stage("personal", data, Plan()).steps == 100 * (windows // 16)


def test_a_still_head(small: Make, example: Example) -> None:
    turns = []
    for predict in (True, False):
        model = small(predict_pose=predict)
        data = Material(Dataset([example]))
        learn(model.stage("general", data, Plan(steps=2, batch=2)), seed=0)
        made = said(model, example)
        assert made.pose is not None and made.expression is not None
        assert float(made.expression.std(0).max()) > 0
        turns.append(float(made.pose.rotation.std(0).max()))
    assert turns[0] > 1e-3 and turns[1] < 1e-5
