from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from visemix.core.encoding import encode_clip, encode_stream
from visemix.core.errors import CheckpointError, RecipeError
from visemix.core.timeline import join
from visemix.core.values.audio import Audio
from visemix.plugins.speech_features.moonshine import Moonshine

Sound = Callable[..., Audio]
Pieces = Callable[[Audio, int], list[Audio]]
SPEECH = Path("../shared/media/speech_en_a.wav")


@pytest.fixture(scope="module")
def encoder() -> Moonshine:
    return Moonshine()


def babble(seconds: float, seed: int = 0) -> Audio:
    """Noise whose loudness rises and falls like syllables."""
    generator = torch.Generator().manual_seed(seed)
    count = round(seconds * 16000)
    envelope = (torch.arange(count) / 16000 * 25).sin().clamp_min(0)
    return Audio(torch.randn(count, generator=generator).clamp(-4, 4) * 0.2 * envelope, 16000)


@pytest.mark.parametrize("fps", [25.0, 30.0])
def test_a_click_moves_the_frames_at_its_own_time(clicks: Sound, fps: float) -> None:
    """The first layer's output, where sound has not yet travelled far through attention."""
    encoder = Moonshine(fps=fps, layers="1", rows=1, ahead=0)
    times = [0.8, 1.52, 2.2, 3.04]
    quiet = encode_clip(encoder, clicks([], 4.0, floor=1e-3)).values[:, 0]
    loud = encode_clip(encoder, clicks(times, 4.0, floor=1e-3)).values[:, 0]
    change = (loud - quiet).norm(dim=-1)
    change -= change.median()  # a click also scales everything a little, through GroupNorm
    for time in times:
        near = torch.arange(len(change)) / fps - time
        weight = change.clamp_min(0) * (near.abs() <= 0.2)
        centre = float((weight * near).sum() / weight.sum())
        assert abs(centre) < 0.5 / fps
        assert abs(float(near[int(weight.argmax())])) <= 1 / fps


def test_shape_centre_and_look_ahead(encoder: Moonshine) -> None:
    made = encode_clip(encoder, babble(2.0))
    assert made.values.shape == (50, 9, 576)
    assert (made.kind, made.fps, made.centre) == ("moonshine", 25.0, 4.0)
    assert made.look_ahead_ms == pytest.approx(160 + 447 / 16)
    assert encoder.width == 576
    assert (encoder.window.block, encoder.window.past, encoder.window.future) == (100, 50, 25)


def test_rows_are_the_neighbouring_frames(encoder: Moonshine) -> None:
    values = encode_clip(encoder, babble(3.0)).values
    for row in range(9):
        shift = row - 4
        assert torch.equal(values[10 + shift : 60 + shift, 4], values[10:60, row])


def test_layers_are_joined_in_order() -> None:
    sound = babble(1.0)
    both = encode_clip(Moonshine(layers="2-3", rows=1, ahead=0), sound).values
    single = [encode_clip(Moonshine(layers=n, rows=1, ahead=0), sound).values for n in "23"]
    torch.testing.assert_close(both, torch.cat(single, -1), atol=1e-4, rtol=1e-5)


def test_a_stream_gives_what_the_clip_gives(encoder: Moonshine, pieces: Pieces) -> None:
    sound = babble(9.3)
    whole = encode_clip(encoder, sound)
    parts = pieces(sound, 7001)
    assert torch.equal(whole.values, join(list(encode_stream(encoder, parts))).values)


def test_silence_around_a_clip_does_not_matter(encoder: Moonshine) -> None:
    """Long digital silence is cut off; otherwise GroupNorm would scale the sound up."""
    sound = babble(2.0).samples
    alone = torch.nn.functional.pad(sound, (8000, 8000))
    apart = torch.nn.functional.pad(sound, (40000, 24000))
    short = encoder.encode(Audio(alone, 16000)).values[16:60]
    long = encoder.encode(Audio(apart, 16000)).values[66:110]
    torch.testing.assert_close(short, long, atol=1e-3, rtol=1e-4)


@pytest.mark.parametrize("samples", [1, 300, 640, 900, 16000])
def test_silence_and_very_short_sound_have_features(encoder: Moonshine, samples: int) -> None:
    made = encode_clip(encoder, Audio(torch.zeros(samples), 16000))
    assert len(made.values) == max(1, round(samples / 640))
    assert bool(made.values.isfinite().all())


def test_it_says_which_weights_it_uses(encoder: Moonshine) -> None:
    assert encoder.files()["weights"].stat().st_size < 10_000_000


@pytest.mark.parametrize("layers", ["", "0", "3-2", "2,3", "7", "2-3 "])
def test_layers_that_do_not_exist_are_refused(layers: str) -> None:
    with pytest.raises(RecipeError, match="name no layers"):
        Moonshine(layers=layers)


def test_layers_that_are_not_packaged_are_refused() -> None:
    with pytest.raises(CheckpointError, match="first 4 layers"):
        Moonshine(layers="4")


def test_a_window_that_cannot_be_is_refused() -> None:
    with pytest.raises(RecipeError, match="cannot have 4 after"):
        Moonshine(rows=4, ahead=4)


@pytest.mark.skipif(not SPEECH.exists(), reason=f"{SPEECH} is not here")
def test_blocks_of_speech_are_close_to_the_whole(encoder: Moonshine) -> None:
    from visemix.core.media.audio_in import read_audio

    sound = Audio(read_audio(SPEECH, 16000).samples[: 16000 * 8], 16000)
    blocks = encode_clip(encoder, sound).values[:, 4]
    whole = encode_clip(Moonshine(span_s=(0, 60, 0)), sound).values[:, 4]
    error = ((blocks - whole) / whole.std(0)).square().mean().sqrt()
    assert error < 0.35
