"""FACIAL-GAN as a part: windows, streams, units, weights, refusals."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import attrs
import pytest
import torch
import yaml
from safetensors.torch import save_file

from visemix.core.contracts import Contract, Setting
from visemix.core.errors import CheckpointError, DatasetError, InvalidValue, RecipeError
from visemix.core.testing.contracts import check_part
from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.timeline import cut, join, length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins import facial
from visemix.plugins.facial.attribute_critic import AttributeCritic
from visemix.plugins.facial.attribute_model import GAIN, FacialGan, Speaking
from visemix.plugins.facial.units import FARTHEST, Units

TINY: dict[str, Any] = {"window": 32, "channels": 8}
MANIFEST = yaml.safe_load((files(facial) / "manifest.yaml").read_text("utf-8"))


def contract(name: str) -> Contract:
    part = next(p for p in MANIFEST["parts"] if p["name"] == name)
    settings = {key: Setting(s["type"], s.get("default")) for key, s in part["settings"].items()}
    ports = {key: part.get(key, {}) for key in ("consumes", "provides")}
    stages = tuple(part.get("stages", ()))
    return Contract(name, part["kind"], settings=settings, stages=stages, **ports)


def taught(**changes: object) -> FacialGan:
    """With the weights that it begins to learn from."""
    torch.manual_seed(0)
    model = FacialGan(**{**TINY, **changes})
    model.load_weights(model.weights())
    return model


def heard(frames: int = 80, fps: float = 30.0) -> AudioFeatures:
    return sample_features("deepspeech", (frames, 16, 29), fps)


def speak(model: FacialGan, subject: Subject, features: AudioFeatures) -> FaceAttributes:
    runner = Windowed(model.window, model.predict, model.begin(subject, 0))
    return join(list(runner.run([features])))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"basis": "ict-57", "use_local": False},
        {"basis": "bfm-64", "pose_convention": "euler_rad_persp", "use_temporal": False},
        {"pose_convention": "rotvec_px", "seam": 0},
    ],
)
def test_it_conforms(changes: dict[str, object]) -> None:
    model, promised = taught(**changes), contract("facial-gan")
    settings = {key: setting.default for key, setting in promised.settings.items()}
    check_part("attribute_model", model, promised, {**settings, "fps": 25.0, **TINY, **changes})


def test_the_critic_conforms() -> None:
    check_part("discriminator", AttributeCritic(channels=4), contract("facial-attribute-critic"))


def test_windows_of_128_frames_at_127_a_step() -> None:
    window = FacialGan().window
    assert (window.past, window.block, window.future) == (0, 127, 1)


def test_the_published_smoothing_is_laid_over_it() -> None:
    smoothing = FacialGan(**TINY).smoothing
    assert smoothing is not None
    assert (smoothing.window, smoothing.order, smoothing.pose_taps) == (7, 3, 5)
    early = FacialGan(**TINY, released_gaussian=True).smoothing
    assert early is not None and early.pose_peak == 1


@pytest.mark.parametrize("frames", [1, 31, 32, 33, 63, 80])
def test_every_length_is_spoken_and_streams_alike(frames: int) -> None:
    model, subject, features = taught(), sample_subject(), heard(frames)
    whole = speak(model, subject, features)
    assert length(whole) == frames
    pieces = (cut(features, k, min(k + 9, frames)) for k in range(0, frames, 9))
    runner = Windowed(model.window, model.predict, model.begin(subject, 0))
    streamed = join(list(runner.run(pieces)))
    assert whole.expression is not None and streamed.expression is not None
    assert torch.equal(whole.expression, streamed.expression)
    assert whole.blink is not None and bool((whole.blink >= 0).all())


def test_a_window_begins_where_the_last_one_foresaw() -> None:
    """Frame 31 begins the second window; the step to it is one of the first window's own."""
    model, subject = taught(), sample_subject()
    state = model.begin(subject, 0)
    first = model.predict(cut(heard(), 0, 32), state)
    assert isinstance(first.state, Speaking)
    foreseen = first.state.carried.state
    made = speak(model, subject, heard()).expression
    jumped = speak(taught(seam=0), subject, heard()).expression
    assert made is not None and jumped is not None
    torch.testing.assert_close(made[31], foreseen[7:])
    assert not torch.allclose(jumped[31], foreseen[7:], atol=1e-3)
    torch.testing.assert_close(made[39:62], jumped[39:62])


def test_silence_of_the_network_is_the_mean_pose() -> None:
    model = taught()
    model.load_weights({k: 0 * v for k, v in model.weights().items()})
    subject = sample_subject()
    made, mean = speak(model, subject, heard()).pose, subject.statistics.pose_mean
    assert made is not None
    torch.testing.assert_close(made.rotation, mean[:3].expand(80, 3))
    torch.testing.assert_close(made.translation, mean[3:].expand(80, 3))


@pytest.mark.parametrize("convention", list(PoseConvention))
def test_units_go_there_and_back(convention: PoseConvention) -> None:
    subject = sample_subject()
    seen = subject.fit.attributes
    units = Units.of(subject, convention)
    numbers = units.numbers(subject.fit, "landmark-mesh-64")
    found = subject.track.found
    assert float(numbers[found, :6].mean(0).abs().max()) < 1e-3
    torch.testing.assert_close(numbers[found, :6].std(0, correction=0), torch.ones(6))
    again = units.attributes(numbers, 25.0, "landmark-mesh-64")
    assert again.pose is not None and seen.pose is not None
    assert again.pose.convention is convention
    back = again.pose.to(PoseConvention.EULER_DEG_ORTHO)
    torch.testing.assert_close(back.rotation, seen.pose.rotation, atol=1e-3, rtol=1e-3)
    assert again.expression is not None and seen.expression is not None
    assert torch.equal(again.expression, seen.expression)


def test_wider_units_move_further_and_stop_where_others_do() -> None:
    units = Units.of(sample_subject(), PoseConvention.EULER_DEG_ORTHO)
    wide = units.wider(torch.full((6,), 3.0))
    numbers = torch.zeros(2, 71)
    numbers[0, :6], numbers[1, :6] = 1, 100
    pose = wide.attributes(numbers, 25.0, "bfm-64").pose
    assert pose is not None
    torch.testing.assert_close(pose.rotation[0], units.mean[:3] + 3 * units.scale[:3])
    torch.testing.assert_close(pose.rotation[1], units.mean[:3] + FARTHEST * units.scale[:3])


def test_a_photo_has_a_small_range_of_its_own() -> None:
    units = Units.of(sample_subject(SamplePlan(frames=1)), PoseConvention.EULER_DEG_ORTHO)
    assert float(units.scale.min()) > 0.1


def test_another_basis_is_refused() -> None:
    subject = sample_subject()
    units = Units.of(subject, PoseConvention.EULER_DEG_ORTHO)
    with pytest.raises(DatasetError, match=r"'bfm-64', not 'landmark-mesh-64'.*attribute_model"):
        units.numbers(subject.fit, "bfm-64")
    bare = attrs.evolve(subject.fit.attributes, pose=None)
    with pytest.raises(DatasetError, match="needs the head pose"):
        units.numbers(attrs.evolve(subject.fit, attributes=bare), "landmark-mesh-64")


def test_weights_go_out_and_in(tmp_path: Path) -> None:
    model, subject = taught(spread=1.0), sample_subject()
    weights = {**model.weights(), GAIN: torch.full((6,), 1.5)}
    save_file(weights, tmp_path / "mine.safetensors")
    again = FacialGan(**TINY, spread=1.0, weights=str(tmp_path / "mine.safetensors"))
    assert again.files() == {"weights": tmp_path / "mine.safetensors"}
    made = [speak(one, subject, heard()) for one in (model, again)]
    assert all(one.expression is not None and one.pose is not None for one in made)
    assert torch.equal(*[one.expression for one in made if one.expression is not None])
    spreads = [float(one.pose.rotation[:, 1].std()) for one in made if one.pose is not None]
    assert spreads[1] == pytest.approx(1.5 * spreads[0], rel=1e-3)


def test_wrong_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="do not fit"):
        FacialGan(**{**TINY, "channels": 16}).load_weights(taught().weights())
    with pytest.raises(CheckpointError, match="pose_gain"):
        taught().load_weights({GAIN: torch.ones(5)})
    with pytest.raises(CheckpointError, match="missing"):
        FacialGan(**TINY, weights=str(tmp_path / "none.safetensors"))


def test_it_must_learn_first() -> None:
    with pytest.raises(CheckpointError, match=r"not learned anything.*--checkpoint"):
        FacialGan(**TINY).begin(sample_subject(), 0)


def test_other_features_are_refused() -> None:
    model = taught()
    state = model.begin(sample_subject(), 0)
    with pytest.raises(InvalidValue, match="expected deepspeech features, 16 rows of 29, got mfcc"):
        model.predict(sample_features("mfcc", (32, 28, 12), 25.0), state)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window": 100}, "multiple of 32"),
        ({"channels": 100}, "multiple of 32 and channels=100 of 8"),
        ({"use_local": False, "use_temporal": False}, "nothing would hear"),
        ({"noise": 0.5}, "29 numbers a row are not"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        taught(**settings)
