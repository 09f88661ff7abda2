"""The three parts, as the conformance kit and as users see them."""

from collections.abc import Callable

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.contracts import Contract
from visemix.core.errors import CheckpointError, InvalidValue, RecipeError, TrainingError
from visemix.core.interfaces import Sample
from visemix.core.testing.contracts import find_faults
from visemix.core.timeline import join
from visemix.core.training.dataset import Dataset
from visemix.core.training.material import Critic, Material
from visemix.core.values.attributes import FaceAttributes, Match, Sources
from visemix.core.values.features import AudioFeatures
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Rendering, Shot
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.audio2au.attribute_model import Audio2AuSpeech
from visemix.plugins.audio2au.classifier import Audio2AuClassifier
from visemix.plugins.audio2au.refiner import Audio2AuDecoder, classifiers

SPEECH = Contract(
    "audio2au-speech",
    "attribute_model",
    consumes={"features": {"kind": "mfcc", "width": 12, "window": 28}},
    provides={"attributes": {"latent": 32, "action_units": True}},
    stages=("pre-train",),
)
DECODER = Contract(
    "audio2au-decoder",
    "refiner",
    consumes={"attributes": {"latent": 32}},
    stages=("reconstruction", "adversarial"),
)


def shot(subject: Subject, latent: Tensor) -> Shot:
    """Codes over the first frame, with nothing drawn."""
    crop, count = subject.track.crop, len(latent)
    drawn = Rendering(
        torch.zeros(count, 3, 0, 0),
        torch.zeros(count, 1, crop.height, crop.width),
        crop.matrix.expand(count, 2, 3),
        25.0,
    )
    sources = Sources(torch.zeros(count, 1, dtype=torch.int64), torch.ones(count, 1))
    return Shot(drawn, Match(FaceAttributes(25.0, latent=latent), sources))


def learned(part: Audio2AuDecoder) -> Audio2AuDecoder:
    part.load_weights(part.weights())
    return part


@pytest.mark.parametrize("scope", ["window", "sequence"])
def test_speech_conforms(speech: Callable[..., Audio2AuSpeech], scope: str) -> None:
    assert not find_faults("attribute_model", speech(au_rnn_scope=scope, block=7), SPEECH)


@pytest.mark.parametrize("paste", ["feather", "seamless"])
@pytest.mark.parametrize("use", [True, False])
def test_the_decoder_conforms(
    decoder: Callable[..., Audio2AuDecoder], paste: str, use: bool
) -> None:
    part = learned(decoder(paste=paste, block=7, use_audio2au=use))
    assert not find_faults("refiner", part, DECODER)


def test_the_classifier_conforms(classifier: Callable[..., Audio2AuClassifier]) -> None:
    part = classifier()
    contract = Contract("c", "discriminator", stages=("pre-train-classifier",))
    assert not find_faults("discriminator", part, contract)


def test_action_units_are_probabilities_times_5(
    speech: Callable[..., Audio2AuSpeech], features: AudioFeatures, subject: Subject
) -> None:
    part = speech()
    made = join(list(Windowed(part.window, part.predict, part.begin(subject, 0)).run([features])))
    with torch.no_grad():
        heard = part.network.units(features.values[None])
        code = part.network.encoder(features.values[None])
    assert made.action_units is not None and made.latent is not None
    torch.testing.assert_close(made.action_units, 5 * torch.sigmoid(heard.logits[0]))
    torch.testing.assert_close(made.latent, torch.cat((code, heard.features), -1)[0])


def test_other_windows_are_refused(
    speech: Callable[..., Audio2AuSpeech], features: AudioFeatures
) -> None:
    short = attrs.evolve(features, values=features.values[:, :9])
    with pytest.raises(InvalidValue, match="windows of 28 x 12, got 9 x 12"):
        speech().predict(short, None)


def test_a_code_with_no_room_for_sound_is_refused() -> None:
    with pytest.raises(RecipeError, match="no room"):
        Audio2AuSpeech(latent=320)


def test_the_classifier_sees_the_lower_half_of_pictures_of_any_size(
    classifier: Callable[..., Audio2AuClassifier],
) -> None:
    frames = torch.rand(2, 3, 48, 40).requires_grad_()
    network = classifier().network(Sample(frames=frames))
    scores = network(Sample(frames=frames)).scores[0]
    assert scores.shape == (2, 5)
    scores.sum().backward()
    assert frames.grad is not None
    assert not frames.grad[..., :24, :].any() and frames.grad[..., 24:, :].any()


def test_the_classifier_of_the_published_size() -> None:
    part = Audio2AuClassifier()
    shapes = {name: tuple(value.shape) for name, value in part.weights().items()}
    assert shapes["say.0.weight"] == (256, 64 * 14 * 28)
    assert part.rate == 1e-7
    assert Audio2AuClassifier(train_classifier=False).rate == 0


def test_what_shows_no_single_frames_is_refused(
    classifier: Callable[..., Audio2AuClassifier],
) -> None:
    for sample in (Sample(), Sample(frames=torch.zeros(1, 2, 3, 32, 32))):
        with pytest.raises(InvalidValue, match=r"frames \[B, 3, H, W\]"):
            classifier().network(sample)


def test_a_classifier_that_learned_nothing_is_refused(
    classifier: Callable[..., Audio2AuClassifier],
) -> None:
    part = classifier()
    critics = [Critic("discriminators.0", part)]
    with pytest.raises(TrainingError, match="pre-train-classifier"):
        classifiers(Material(Dataset([]), critics=critics))
    part.load_weights(part.weights())
    assert classifiers(Material(Dataset([]), critics=critics)) == critics


def test_frames_are_the_network_s_in_pieces_too(
    decoder: Callable[..., Audio2AuDecoder], subject: Subject
) -> None:
    part, latent = learned(decoder(paste="aligned", block=3)), torch.randn(8, 32)
    state = part.begin(subject)
    stage = Windowed(part.window, part.refine, state)
    frames: Frames = join(list(stage.run([shot(subject, latent)])))
    with torch.no_grad():
        wanted = (part.network.speak(state.person, latent[None], None)[0][0] + 1) * 127.5
    assert frames.rgb.shape == (8, 3, 32, 32)
    assert float((frames.rgb.float() - wanted).abs().max()) <= 0.51


def test_codes_of_another_size_or_none_are_refused(
    decoder: Callable[..., Audio2AuDecoder], subject: Subject
) -> None:
    part = learned(decoder())
    with pytest.raises(InvalidValue, match="of 32 numbers, got 5 numbers"):
        part.refine(shot(subject, torch.zeros(2, 5)), part.begin(subject))


def test_untrained_it_says_so(decoder: Callable[..., Audio2AuDecoder], subject: Subject) -> None:
    with pytest.raises(CheckpointError, match="has not learned anything yet"):
        decoder().begin(subject)


def test_unknown_choices_are_refused(decoder: Callable[..., Audio2AuDecoder]) -> None:
    with pytest.raises(InvalidValue, match="feather or seamless"):
        decoder(paste="glue")
