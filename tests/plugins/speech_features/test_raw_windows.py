from collections.abc import Callable

import pytest
import torch

from visemix.core.encoding import encode_clip, encode_stream
from visemix.core.errors import RecipeError
from visemix.core.timeline import join
from visemix.core.values.audio import Audio
from visemix.plugins.speech_features.raw_windows import RawWindows

Sound = Callable[..., Audio]
Pieces = Callable[[Audio, int], list[Audio]]


def noise(samples: int, rate: int = 16000) -> Audio:
    generator = torch.Generator().manual_seed(2)
    return Audio(torch.rand(samples, generator=generator) - 0.5, rate)


def test_seven_chunks_from_three_before_to_three_after() -> None:
    sound = noise(16000)
    made = encode_clip(RawWindows(), sound)
    assert made.values.shape == (25, 7, 640)
    chunks = torch.nn.functional.pad(sound.samples.view(25, 640), (0, 0, 3, 3))
    for t in range(25):
        assert torch.equal(made.values[t], chunks[t : t + 7])


def test_one_window_padded_by_half_of_what_it_has_more_than_the_hop() -> None:
    sound = noise(50000, rate=50000)
    encoder = RawWindows(rate=50000, seconds=0.2, chunks=1)
    made = encode_clip(encoder, sound).values
    assert made.shape == (25, 1, 10000)
    padded = torch.nn.functional.pad(sound.samples, (4000, 4000))
    assert torch.equal(made[:, 0], padded.unfold(0, 10000, 2000))


@pytest.mark.parametrize("fps", [25.0, 30.0, 29.97])
@pytest.mark.parametrize("settings", [{}, {"rate": 50000, "seconds": 0.2, "chunks": 1}])
def test_a_click_is_where_the_frames_time_says(
    clicks: Sound, fps: float, settings: dict[str, float]
) -> None:
    encoder = RawWindows(fps=fps, **settings)  # type: ignore[arg-type]  # int and float mixed
    sound = clicks([1.0], 2.0, rate=encoder.rate)
    made = encode_clip(encoder, sound).values.flatten(1)
    for k, window in enumerate(made):
        middle = (k + 0.5) / fps
        offset = (1.0 - middle) * encoder.rate + made.shape[1] / 2
        if 1 < offset < made.shape[1] - 1:
            assert (
                abs(int(window.argmax()) - offset) < 1.001
            )  # the block's and the window's start are rounded
            assert float(window.sum()) == 1
        elif not -1 <= offset <= made.shape[1] + 1:
            assert not bool(window.any())


@pytest.mark.parametrize("settings", [{}, {"seconds": 0.2, "chunks": 1}])
def test_the_centre_is_the_row_at_the_frames_time(settings: dict[str, float]) -> None:
    encoder = RawWindows(**settings)  # type: ignore[arg-type]  # int and float mixed
    begins_s = (0.04 - encoder.rows * encoder.width / encoder.rate) / 2  # of the window of frame 0
    row_s = encoder.width / encoder.rate
    assert begins_s + (encoder.centre + 0.5) * row_s == pytest.approx(0, abs=1e-12)
    end_s = begins_s + encoder.rows * row_s
    assert encoder.look_ahead_ms == pytest.approx(1000 * end_s)


def test_a_stream_gives_what_the_clip_gives(pieces: Pieces) -> None:
    sound = noise(50000, rate=44100)
    encoder = RawWindows(fps=29.97)
    parts = pieces(sound, 1234)
    streamed = join(list(encode_stream(encoder, parts)))
    assert torch.equal(streamed.values, encode_clip(encoder, sound).values)


@pytest.mark.parametrize("settings", [{"chunks": 3}, {"chunks": 0}, {"seconds": 0.0}])
def test_windows_that_cannot_be_cut_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(RecipeError, match="cannot be cut"):
        RawWindows(**settings)  # type: ignore[arg-type]  # int and float mixed
