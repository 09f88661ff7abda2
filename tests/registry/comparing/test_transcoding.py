"""Stretches of files, and the transcode that every video goes through."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from visemix.core.errors import MediaError
from visemix.core.media.audio_in import read_audio
from visemix.core.media.video_in import VideoReader, probe
from visemix.core.values.audio import Audio
from visemix.registry.comparing.protocol import Canonical, Span
from visemix.registry.comparing.transcoding import (
    canonical_size,
    fitted,
    pictures_of,
    sound_of,
    transcode,
    write_sound,
    write_video,
)

Picture = NDArray[np.uint8]


def grey(level: int, size: tuple[int, int] = (48, 64)) -> Picture:
    return np.full((*size, 3), level, np.uint8)


@pytest.fixture
def ramp(tmp_path: Path) -> Path:
    """A second at 25 fps that gets brighter; its sound starts in the middle."""
    samples = torch.zeros(48_000)
    samples[24_000:] = 0.5 * torch.sin(torch.arange(24_000) / 20)
    write_video(tmp_path / "a.mp4", (grey(8 * t) for t in range(25)), Audio(samples, 48_000), 25.0)
    return tmp_path / "a.mp4"


def levels(pictures: Iterable[Picture]) -> list[int]:
    return [round(float(picture.mean())) for picture in pictures]


def test_a_stretch_begins_at_the_nearest_frame(ramp: Path) -> None:
    seen = levels(pictures_of(ramp, 25.0, Span("a.mp4", 0.41, 0.6)))
    assert seen == pytest.approx([80, 88, 96, 104, 112], abs=2)
    assert len(levels(pictures_of(ramp, 25.0))) == 25


def test_a_stretch_outside_the_file_is_told(ramp: Path) -> None:
    with pytest.raises(MediaError, match="ends before this stretch begins"):
        list(pictures_of(ramp, 25.0, Span("a.mp4", 2.0)))


def test_sound_of_a_stretch_is_as_long_as_asked(ramp: Path) -> None:
    sound = sound_of(ramp, Span("a.mp4", 0.4, 0.6), 0.2)
    assert len(sound.samples) == 9600
    assert float(sound.samples[:3000].abs().max()) < 0.02 < float(sound.samples[6000:].abs().max())
    late = sound_of(ramp, Span("a.mp4", 0.9), 0.5)
    assert len(late.samples) == 24_000
    assert not late.samples[6000:].any()


def test_wav_holds_the_sound(tmp_path: Path) -> None:
    samples = 0.5 * torch.sin(torch.arange(4800) / 20)
    write_sound(tmp_path / "s.wav", Audio(samples, 48_000))
    back = read_audio(tmp_path / "s.wav")
    assert back.rate == 48_000
    torch.testing.assert_close(back.samples, samples, atol=1e-4, rtol=0)


def test_the_transcode_has_the_size_and_rate_of_the_protocol(ramp: Path, tmp_path: Path) -> None:
    canonical = Canonical(fps=10.0, height=30)
    size = canonical_size(grey(0), canonical)
    assert size == (40, 30)
    sound = sound_of(ramp, None, 1.0)
    frames = transcode(pictures_of(ramp, 10.0), sound, tmp_path / "b.mp4", size, canonical)
    info = probe(tmp_path / "b.mp4")
    assert (frames, info.width, info.height, info.fps) == (10, 40, 30, 10.0)
    with VideoReader(tmp_path / "b.mp4") as video:
        assert levels([picture for _, picture in video])[5] == pytest.approx(96, abs=8)
    assert read_audio(tmp_path / "b.mp4").duration_s == pytest.approx(1.0, abs=0.03)


def test_odd_sizes_become_even() -> None:
    assert canonical_size(grey(0, (45, 61)), Canonical()) == (62, 46)


def test_another_shape_is_refused() -> None:
    assert fitted(grey(5, (96, 128)), (64, 48), "x").shape == (48, 64, 3)
    with pytest.raises(MediaError, match="its pictures have 48 x 48 px, the truth has 64 x 48"):
        fitted(grey(5, (48, 48)), (64, 48), "x")
