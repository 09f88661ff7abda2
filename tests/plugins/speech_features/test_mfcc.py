import sys
from collections.abc import Callable

import numpy as np
import pytest
import scipy.fft
import torch
from numpy.typing import NDArray

from visemix.core.encoding import encode_clip, encode_stream
from visemix.core.errors import VisemixError
from visemix.core.timeline import join
from visemix.core.values.audio import Audio
from visemix.plugins.speech_features.mfcc import Mfcc

Sound = Callable[..., Audio]
Pieces = Callable[[Audio, int], list[Audio]]


def noise(samples: int) -> Audio:
    generator = torch.Generator().manual_seed(1)
    return Audio(torch.rand(samples, generator=generator) - 0.5, 16000)


def test_frame_k_has_rows_4k_to_4k_plus_27_of_the_padded_clip() -> None:
    """Computed again from the definition, row by row, with numpy and scipy."""
    sound = noise(16000)
    made = encode_clip(Mfcc(), sound)
    assert made.values.shape == (25, 28, 12)
    padded = np.pad(sound.samples.numpy().astype(np.float64), 1920)
    emphasised = np.append(padded[0], padded[1:] - 0.97 * padded[:-1])
    rows = [cepstrum(emphasised[160 * r : 160 * r + 400]) for r in range(119)]
    for k in range(23):  # the last two reach beyond 120 ms after the end
        expected = np.stack(rows[4 * k : 4 * k + 28])
        np.testing.assert_allclose(made.values[k].numpy(), expected, atol=1e-3)


def cepstrum(frame: NDArray[np.float64]) -> NDArray[np.float64]:
    def mel(hz: float) -> float:
        return float(2595 * np.log10(1 + hz / 700))

    edges = 700 * (10 ** (np.linspace(0, mel(8000), 28) / 2595) - 1)
    hz = np.arange(257) * 16000 / 512
    rise = (hz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - hz) / np.diff(edges)[1:, None]
    bands = np.minimum(rise, fall).clip(0)
    power = np.abs(np.fft.rfft(frame, 512)) ** 2 / 512
    energy = (bands @ power).clip(np.finfo(float).eps)
    coefficients = np.asarray(scipy.fft.dct(np.log(energy), norm="ortho"))[:13]
    liftered: NDArray[np.float64] = coefficients * (1 + 11 * np.sin(np.pi * np.arange(13) / 22))
    return liftered[1:]


@pytest.mark.parametrize("fps", [25.0, 30.0, 24000 / 1001])
def test_a_click_is_in_the_rows_around_it(clicks: Sound, fps: float) -> None:
    times = [0.6, 1.4]
    made = encode_clip(Mfcc(fps=fps), clicks(times, 2.0)).values
    heard = made.abs().sum(-1) > 1e-6  # digital silence gives zeros
    for k in range(len(made)):
        begins = k / fps - 0.12 + 0.01 * torch.arange(28)
        expected = torch.zeros(28, dtype=torch.bool)
        unclear = torch.zeros(28, dtype=torch.bool)  # a click one sample from the row's edge
        for time in times:
            expected |= (begins <= time) & (time < begins + 0.025)
            unclear |= ((begins - time).abs() < 1.1e-4) | ((begins + 0.025 - time).abs() < 1.1e-4)
        assert torch.equal(heard[k] & ~unclear, expected & ~unclear)


def test_the_centre_row_is_at_the_frames_time(clicks: Sound) -> None:
    encoder = Mfcc()
    made = encode_clip(encoder, clicks([1.0], 2.0)).values[25]
    rows = (made.abs().sum(-1) > 1e-6).nonzero().flatten().float()
    assert float(rows.mean()) == pytest.approx(encoder.centre, abs=0.5)
    last_row_ends = -0.12 + 27 * 0.01 + 0.025
    assert encoder.look_ahead_ms == pytest.approx(1000 * last_row_ends)


def test_a_stream_gives_what_the_clip_gives(pieces: Pieces) -> None:
    sound = noise(50000)
    parts = pieces(sound, 3333)
    streamed = join(list(encode_stream(Mfcc(), parts)))
    assert torch.equal(streamed.values, encode_clip(Mfcc(), sound).values)


def test_the_length_of_a_block_does_not_matter() -> None:
    sound = noise(32000)
    short = encode_clip(Mfcc(block_s=0.04), sound).values
    torch.testing.assert_close(short, encode_clip(Mfcc(block_s=9), sound).values)


def test_loud_sound_elsewhere_changes_nothing() -> None:
    """No mean, maximum or decibel floor of the utterance enters."""
    sound = noise(64000)
    quiet = Audio(sound.samples * (torch.arange(64000) < 32000), 16000)
    here = slice(0, 40)
    assert torch.equal(
        encode_clip(Mfcc(), sound).values[here], encode_clip(Mfcc(), quiet).values[here]
    )


def test_without_librosa_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "librosa.filters", None)
    with pytest.raises(VisemixError, match=r"needs librosa.*Pip install librosa"):
        encode_clip(Mfcc(), noise(640))
