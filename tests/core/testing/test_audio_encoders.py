"""The kit finds audio encoders that are wrong."""

import attrs
import pytest
import torch

from visemix.core.contracts import Contract
from visemix.core.interfaces import AudioEncoder
from visemix.core.testing.contracts import find_faults
from visemix.core.values.audio import Audio
from visemix.core.values.features import AudioFeatures
from visemix.core.windows import Window

CONTRACT = Contract(
    "loudness",
    "audio_encoder",
    provides={"features": {"kind": "loudness", "width": 1, "window": 3, "fps": 25.0}},
)


class Loudness(AudioEncoder):
    """Loudness of the frame before, the frame itself and the one after."""

    rate = 8000
    fps = 25.0
    window = Window(block=20, past=1, future=1)
    kind = "loudness"

    def encode(self, audio: Audio) -> AudioFeatures:
        squares = audio.samples.reshape(-1, round(self.rate / self.fps)).square()
        loud = torch.nn.functional.pad(squares.mean(1).sqrt(), (1, 1))
        return AudioFeatures(loud.unfold(0, 3, 1)[..., None], self.fps, self.kind, 1.0, 40.0)


class OtherKind(Loudness):
    kind = "noisiness"


class Faster(Loudness):
    fps = 50.0


class Short(Loudness):
    def encode(self, audio: Audio) -> AudioFeatures:
        made = super().encode(audio)
        return attrs.evolve(made, values=made.values[:-1])


class Narrow(Loudness):
    """Asks for no sound beside its frames, and pads with what is not there."""

    window = Window(block=4)

    def encode(self, audio: Audio) -> AudioFeatures:
        made = super().encode(audio)
        return attrs.evolve(made, values=made.values.flip(0))


class Moody(Loudness):
    def __init__(self) -> None:
        self.calls = 0

    def encode(self, audio: Audio) -> AudioFeatures:
        self.calls += 1
        made = super().encode(audio)
        return attrs.evolve(made, values=made.values + self.calls)


class Decibels(Loudness):
    def encode(self, audio: Audio) -> AudioFeatures:
        made = super().encode(audio)
        return attrs.evolve(made, values=made.values.log10())


class Deaf(Loudness):
    def encode(self, audio: Audio) -> AudioFeatures:
        made = super().encode(audio)
        return attrs.evolve(made, values=torch.ones_like(made.values))


def test_a_right_one_passes() -> None:
    assert find_faults("audio_encoder", Loudness(), CONTRACT) == []


@pytest.mark.parametrize(
    ("encoder", "fault"),
    [
        (OtherKind(), "promises features.kind = loudness, it makes noisiness"),
        (Faster(), "encoder_rates: its manifest promises features.fps = 25.0, it makes 50.0"),
        (Short(), "must give 1 frames, it gave 0"),
        (Narrow(), "window by window differs from one long call"),
        (Moody(), "the same sound must give the same features"),
        (Decibels(), "encoder_extremes: InvalidValue: AudioFeatures.values: it holds NaN"),
        (Deaf(), "speech gives the features of silence"),
    ],
    ids=lambda x: type(x).__name__,
)
def test_a_wrong_one_is_found(encoder: AudioEncoder, fault: str) -> None:
    assert fault in " ".join(find_faults("audio_encoder", encoder, CONTRACT))
