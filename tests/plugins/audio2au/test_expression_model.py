"""Action units that move a mesh: contract, training, the person's own map."""

from typing import Any, cast

import attrs
import pytest
import torch
from lightning.fabric import Fabric

from visemix.core.contracts import Contract
from visemix.core.errors import CheckpointError, DatasetError, InvalidValue
from visemix.core.testing.contracts import find_faults
from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.timeline import join
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.loop import Run, train_stage
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.audio2au.expression_model import SIZES, Audio2AuExpression


def contract(basis: str) -> Contract:
    return Contract(
        "audio2au-expression",
        "attribute_model",
        consumes={"features": {"kind": "mfcc", "width": 12, "window": 28}},
        provides={"attributes": {"expression": basis, "blink": True, "action_units": True}},
        stages=("pre-train",),
    )


def model(known: bool = True, **settings: object) -> Audio2AuExpression:
    """A small one; its general map is random."""
    small = {"unit": 4, "reach": 2, "sequence": 8, "block": 7, "dropout": 0.0, "rate": 3e-3}
    part = Audio2AuExpression(**cast(Any, {**small, **settings}))
    if known:
        random = torch.Generator().manual_seed(4)
        weights = part.weights()
        weights["map.weight"] = torch.randn(weights["map.weight"].shape, generator=random)
        part.load_weights(weights)
    return part


def speak(part: Audio2AuExpression, features: AudioFeatures, subject: Subject) -> FaceAttributes:
    return join(list(Windowed(part.window, part.predict, part.begin(subject, 0)).run([features])))


@pytest.mark.parametrize("basis", SIZES)
@pytest.mark.parametrize("reach", [0, 2])
def test_it_conforms(basis: str, reach: int) -> None:
    part = model(basis=basis, reach=reach)
    assert not find_faults("attribute_model", part, contract(basis))


def heard(subject: Subject, features: AudioFeatures) -> Example:
    """A clip whose sound says how far the mouth is open."""
    expression = subject.fit.attributes.expression
    assert expression is not None
    loud = (expression[:, 0] > expression[:, 0].median()).float()
    values = 0.05 * features.values + (2 * loud - 1)[:, None, None]
    track = attrs.evolve(subject.track, action_units=3 * loud[:, None].expand(-1, 5).contiguous())
    return Example(attrs.evolve(subject, track=track), attrs.evolve(features, values=values))


@pytest.fixture(scope="module")
def clip() -> Example:
    subject = sample_subject(SamplePlan(frames=120))
    return heard(subject, sample_features("mfcc", (120, 28, 12), 25.0))


@pytest.fixture(scope="module")
def taught(clip: Example, tmp_path_factory: pytest.TempPathFactory) -> Audio2AuExpression:
    part, plan = model(known=False), Plan(steps=40, batch=2)
    stage = part.stage("pre-train", Material(Dataset([clip])), plan)
    fabric = Fabric(accelerator="cpu", devices=1)
    train_stage(stage, Run(tmp_path_factory.mktemp("run"), fabric, plan))
    return part


def error(part: Audio2AuExpression, clip: Example) -> float:
    """Of the mouth's opening, relative to the mean's."""
    seen = clip.subject.fit.attributes.expression
    made = speak(part, clip.features, clip.subject).expression
    assert seen is not None and made is not None
    opening = seen[:, 0]
    return float((made[:, 0] - opening).norm() / (opening - opening.mean()).norm())


def test_training_ends_with_a_general_map(taught: Audio2AuExpression, clip: Example) -> None:
    assert error(taught, clip) < 0.7
    other = model(known=False)
    other.load_weights(taught.weights())
    assert error(other, clip) == error(taught, clip)


def test_a_person_s_map_starts_from_the_general_one(
    taught: Audio2AuExpression, clip: Example
) -> None:
    subject = clip.subject
    seen = subject.fit.attributes
    assert seen.expression is not None
    turned = attrs.evolve(seen, expression=-seen.expression)  # moves the other way round
    statistics = attrs.evolve(
        subject.statistics, expression_mean=-subject.statistics.expression_mean
    )
    fit = attrs.evolve(subject.fit, attributes=turned)
    other = Example(attrs.evolve(subject, fit=fit, statistics=statistics), clip.features)
    assert error(taught, other) > 1
    own = taught.personalise(other.subject, other.features)
    assert isinstance(own, Audio2AuExpression)
    assert error(own, other) < 0.8
    assert error(taught, clip) < 0.7, "the general map stays"


def test_short_or_silent_references_teach_nothing(
    taught: Audio2AuExpression, clip: Example
) -> None:
    silent = attrs.evolve(clip.subject, audio=None)
    assert taught.personalise(silent, clip.features) is taught
    short = attrs.evolve(clip.features, values=clip.features.values[:50])
    assert taught.personalise(clip.subject, short) is taught


def test_head_and_lids_are_the_reference_s(taught: Audio2AuExpression, clip: Example) -> None:
    made, seen = speak(taught, clip.features, clip.subject), clip.subject.fit.attributes
    assert made.pose is not None and seen.pose is not None
    assert torch.equal(made.pose.rotation, seen.pose.rotation)
    assert made.blink is not None and seen.blink is not None
    assert torch.equal(made.blink, seen.blink)


def test_untrained_it_says_so(clip: Example) -> None:
    with pytest.raises(CheckpointError, match="has not learned anything yet"):
        model(known=False).begin(clip.subject, 0)


def test_weights_of_another_reach_are_refused() -> None:
    with pytest.raises(CheckpointError, match=r"map\.weight is missing or of other settings"):
        model(reach=0).load_weights(model().weights())


def test_another_basis_is_refused(clip: Example) -> None:
    part = model(basis="ict-57")
    with pytest.raises(InvalidValue, match="not 'ict-57'"):
        part.begin(clip.subject, 0)
    with pytest.raises(DatasetError, match="'ict-57' are wanted"):
        part.personalise(clip.subject, clip.features)
    with pytest.raises(DatasetError, match="'ict-57' are wanted"):
        part.stage("pre-train", Material(Dataset([clip])), Plan())
    with pytest.raises(InvalidValue, match="expected landmark-mesh-64"):
        model(basis="flame")
