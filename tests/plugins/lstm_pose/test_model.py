from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
import torch
from safetensors.torch import save_file

from visemix.core.errors import CheckpointError, DatasetError, InvalidValue, TrainingError
from visemix.core.interfaces import AttributeModel
from visemix.core.subjects.folder import save_subject
from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.timeline import cut, join, length
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.audio import Audio
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.lstm_pose.lessons import learn
from visemix.plugins.lstm_pose.model import LstmPose
from visemix.plugins.lstm_pose.schooling import MOST_LIVELY

Make = Callable[..., LstmPose]


def spoken(
    model: AttributeModel, subject: Subject, features: AudioFeatures, seed: int = 0
) -> FaceAttributes:
    runner = Windowed(model.window, model.predict, model.begin(subject, seed))
    return join(list(runner.run([features])))


def same(first: FaceAttributes, second: FaceAttributes) -> bool:
    assert first.expression is not None and second.expression is not None
    return torch.equal(first.expression, second.expression)


def test_all_attributes_of_every_frame(trained: LstmPose, example: Example) -> None:
    made = spoken(trained, example.subject, example.features)
    assert made.expression is not None and made.expression.shape == (120, 64)
    assert made.basis == "landmark-mesh-64"
    assert made.pose is not None and made.pose.convention is PoseConvention.EULER_DEG_ORTHO
    assert made.blink is not None and float(made.blink.max()) > 2
    gaze = example.subject.statistics.expression_mean[62:]
    assert torch.equal(made.expression[:, 62:], gaze.expand(120, 2))


@pytest.mark.parametrize("size", [1, 7, 40])
def test_pieces_of_any_size_give_the_same(size: int, trained: LstmPose, example: Example) -> None:
    whole = spoken(trained, example.subject, example.features)
    pieces = (cut(example.features, i, min(i + size, 120)) for i in range(0, 120, size))
    runner = Windowed(trained.window, trained.predict, trained.begin(example.subject, 0))
    streamed = join(list(runner.run(pieces)))
    assert same(whole, streamed)
    assert whole.pose is not None and streamed.pose is not None
    assert torch.equal(whole.pose.rotation, streamed.pose.rotation)
    assert whole.blink is not None and streamed.blink is not None
    assert torch.equal(whole.blink, streamed.blink)


def test_the_seed_changes_only_the_blinks(trained: LstmPose, example: Example) -> None:
    first, second = (spoken(trained, example.subject, example.features, s) for s in (1, 2))
    assert same(first, second)
    assert first.blink is not None and second.blink is not None
    assert not torch.equal(first.blink, second.blink)


def test_learning_a_person_brings_the_mouth_closer(small: Make, example: Example) -> None:
    settings = {"personal_steps": 60, "members": 1, "noise": 0.1, "deaf": 0.0, "dropout": 0.0}
    settings["liveliness"] = 0.0  # the squared error is best without it
    general = small(**settings)
    learn(general.stage("general", Material(Dataset([example])), Plan(steps=2, batch=2)), seed=0)
    personal = general.personalise(example.subject, example.features)
    true = example.subject.fit.attributes.expression
    assert true is not None and isinstance(personal, LstmPose)
    errors = []
    for model in (general, personal):
        made = spoken(model, example.subject, example.features).expression
        assert made is not None
        errors.append(float((made - true)[:, :62].square().mean()))
    assert errors[1] < 0.9 * errors[0]


def test_a_livelier_person_says_the_same_with_more_motion(small: Make, example: Example) -> None:
    spreads = []
    for liveliness in (0.0, 1.0):
        general = small(personal_steps=2, liveliness=liveliness)
        learn(
            general.stage("general", Material(Dataset([example])), Plan(steps=2, batch=2)), seed=0
        )
        personal = general.personalise(example.subject, example.features)
        assert isinstance(personal, LstmPose)
        made = spoken(personal, example.subject, example.features).expression
        assert made is not None
        spreads.append(made[:, :62] - made[:, :62].mean(0))
    factor = float(spreads[1].norm() / spreads[0].norm())
    assert 1.0 < factor <= MOST_LIVELY + 1e-4
    assert torch.allclose(spreads[1], spreads[0] * factor, atol=1e-4)


def test_personal_weights_are_kept_and_damaged_ones_made_again(
    trained: LstmPose, example: Example, tmp_path: Path
) -> None:
    subject = save_subject(example.subject, tmp_path / "person")
    first = spoken(trained.personalise(subject, example.features), subject, example.features)
    (kept,) = (tmp_path / "person" / "personal").glob("*.safetensors")
    written = kept.stat().st_mtime_ns
    again = spoken(trained.personalise(subject, example.features), subject, example.features)
    assert same(first, again) and kept.stat().st_mtime_ns == written
    kept.write_bytes(kept.read_bytes()[:1000])
    repaired = spoken(trained.personalise(subject, example.features), subject, example.features)
    assert same(first, repaired) and kept.stat().st_size > 1000
    save_file({"something": torch.zeros(2)}, kept)
    foreign = spoken(trained.personalise(subject, example.features), subject, example.features)
    assert same(first, foreign)


def test_a_silent_or_short_reference_teaches_nothing(trained: LstmPose, example: Example) -> None:
    silence = Audio(torch.zeros(48_000), 16_000)
    silent = attrs.evolve(example.subject, audio=silence)
    assert trained.personalise(silent, example.features) is trained
    assert trained.personalise(example.subject, cut(example.features, 0, 60)) is trained


def test_a_photo_speaks_and_hardly_moves(trained: LstmPose, example: Example) -> None:
    photo = sample_subject(SamplePlan(frames=1))
    made = spoken(trained, photo, example.features)
    assert length(made) == 120
    assert made.pose is not None and photo.fit.attributes.pose is not None
    turned = made.pose.rotation - photo.fit.attributes.pose.rotation
    assert float(turned.abs().max()) < 4
    assert made.expression is not None and float(made.expression[:, 0].std()) > 0


def test_untrained_weights_are_no_weights(small: Make, example: Example) -> None:
    with pytest.raises(CheckpointError, match="Train it with 'visemix train'"):
        small().begin(example.subject, 0)
    with pytest.raises(CheckpointError, match="has not learned anything"):
        small(network="published", features=["mfcc"], width=12, rows=28).begin(example.subject, 0)


def test_other_features_are_refused(trained: LstmPose, example: Example) -> None:
    other = sample_features("mfcc", (30, 28, 12), 25.0)
    with pytest.raises(InvalidValue, match="expected moonshine features, 9 rows of 24, got mfcc"):
        trained.predict(other, trained.begin(example.subject, 0))


def test_another_expression_basis_is_refused(trained: LstmPose, example: Example) -> None:
    other = sample_subject(SamplePlan(basis="bfm-64", frames=120))
    with pytest.raises(DatasetError, match="not 'bfm-64'"):
        trained.personalise(other, example.features)


def test_weights_of_another_size(small: Make, trained: LstmPose) -> None:
    with pytest.raises(CheckpointError, match="do not fit this network"):
        small(hidden=9).load_weights(trained.weights())


def test_packaged_weights() -> None:
    model = LstmPose()
    (file,) = model.files().values()
    assert file.stat().st_size <= 5_000_000
    subject = sample_subject()
    made = spoken(model, subject, sample_features("moonshine", (30, 9, 576), 25.0))
    assert length(made) == 30


def test_personal_stage_needs_general_weights(small: Make, data: Dataset) -> None:
    with pytest.raises(TrainingError, match="Train the stage 'general' first"):
        small().stage("personal", Material(data), Plan())
