import itertools
from collections.abc import Iterator

import attrs
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from visemix.core.encoding import SoundBlocks, encode_clip, encode_stream
from visemix.core.errors import InvalidValue
from visemix.core.interfaces import AudioEncoder
from visemix.core.timeline import join, length
from visemix.core.values.audio import Audio
from visemix.core.values.features import AudioFeatures
from visemix.core.windows import Window


class Loudness(AudioEncoder):
    """Energy of every frame and of the two before and after; notes how it was called."""

    def __init__(self, rate: int = 16000, fps: float = 25.0, block: int = 10) -> None:
        self.rate, self.fps, self.window = rate, fps, Window(block, past=2, future=2)
        self.calls: list[int] = []

    def encode(self, audio: Audio) -> AudioFeatures:
        self.calls.append(len(audio.samples))
        frames = round(len(audio.samples) * self.fps / self.rate)
        edges = [round(k * self.rate / self.fps) for k in range(frames + 1)]
        pieces = [audio.samples[a:b] for a, b in itertools.pairwise(edges)]
        energy = torch.stack([(piece**2).sum() for piece in pieces])
        values = torch.nn.functional.pad(energy, (2, 2)).unfold(0, 5, 1).unsqueeze(-1)
        return AudioFeatures(values, self.fps, "loudness", centre=2.0, look_ahead_ms=80.0)


def noise(samples: int, rate: int = 16000) -> Audio:
    generator = torch.Generator().manual_seed(samples)
    return Audio(torch.rand(samples, generator=generator) * 2 - 1, rate)


def pieces(audio: Audio, cuts: list[int]) -> Iterator[Audio]:
    edges = [0, *sorted(min(cut, len(audio.samples)) for cut in cuts), len(audio.samples)]
    for start, stop in itertools.pairwise(edges):
        yield Audio(audio.samples[start:stop], audio.rate)


@settings(max_examples=40, deadline=None)
@given(
    rate=st.sampled_from([8000, 16000, 22050, 44100, 48000, 50000]),
    wanted=st.sampled_from([16000, 50000]),
    fps=st.sampled_from([25.0, 30.0, 30000 / 1001, 23.976]),
    samples=st.integers(1, 60000),
    cuts=st.lists(st.integers(0, 60000), max_size=12),
)
def test_a_stream_gives_exactly_what_the_clip_gives(
    rate: int, wanted: int, fps: float, samples: int, cuts: list[int]
) -> None:
    sound = noise(samples, rate)
    whole = encode_clip(Loudness(wanted, fps), sound)
    streamed = join(list(encode_stream(Loudness(wanted, fps), pieces(sound, cuts))))
    assert torch.equal(whole.values, streamed.values)
    assert length(whole) == max(1, int(samples * fps / rate + 0.5))


@pytest.mark.parametrize("block", [1, 3, 10, 1000])
def test_the_context_is_the_sound_around_the_block_and_silence_outside_the_clip(
    block: int,
) -> None:
    sound = noise(16000)
    encoder = Loudness(block=block)
    made = encode_clip(encoder, sound).values[..., 0]
    energy = (sound.samples.view(25, 640) ** 2).sum(-1)
    torch.testing.assert_close(made, torch.nn.functional.pad(energy, (2, 2)).unfold(0, 5, 1))


def test_a_click_stays_in_its_frame_after_resampling() -> None:
    samples = torch.zeros(44100)
    samples[round(44100 * 13.5 / 25)] = 1.0  # in the middle of frame 13
    made = encode_clip(Loudness(), Audio(samples, 44100)).values[:, 2, 0]
    assert int(made.argmax()) == 13
    assert made[13] > 0.99 * made.sum()


def test_it_comes_as_soon_as_the_sound_is_there_and_old_sound_is_let_go() -> None:
    encoder = Loudness(block=5)
    blocks = SoundBlocks(encoder.rate, encoder.fps, encoder.window)
    waiting, held = [], []
    for _ in range(200):
        ready = list(blocks.push(noise(640)))
        waiting.append(len(ready))
        held.append(sum(part.untyped_storage().nbytes() for part in blocks._parts))
    assert [i for i, n in enumerate(waiting) if n] == list(range(6, 200, 5))  # 5 + 2, then every 5
    assert max(held) <= 4 * 640 * (encoder.window.total + 1)


def test_every_full_block_has_the_same_length() -> None:
    encoder = Loudness()
    encode_clip(encoder, noise(20000))
    assert encoder.calls == [640 * 14, 640 * 14, 640 * 14, 640 * (2 + 1 + 2)]


@pytest.mark.parametrize("chunks", [[], [Audio(torch.zeros(0), 16000)]])
def test_no_sound_at_all_is_refused(chunks: list[Audio]) -> None:
    with pytest.raises(InvalidValue, match="the sound is empty"):
        list(encode_stream(Loudness(), chunks))


def test_a_rate_that_changes_is_refused() -> None:
    with pytest.raises(InvalidValue, match="changes from 16000 to 8000 Hz"):
        list(encode_stream(Loudness(), [noise(100), noise(100, 8000)]))


def test_an_encoder_that_returns_too_few_frames_is_named() -> None:
    class Forgetful(Loudness):
        def encode(self, audio: Audio) -> AudioFeatures:
            made = super().encode(audio)
            return attrs.evolve(made, values=made.values[1:])

    with pytest.raises(InvalidValue, match=r"Forgetful.encode: expected 5 frames, got 4"):
        encode_clip(Forgetful(), noise(640))
