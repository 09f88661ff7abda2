import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from visemix.core.errors import MediaError
from visemix.core.media.audio_in import audio_blocks, read_audio, sound_seconds

Make = Callable[..., Path]
Samples = NDArray[np.float32]


def tone(seconds: float, rate: int) -> Samples:
    times = np.arange(round(seconds * rate)) / rate
    return np.asarray(0.5 * np.sin(2 * np.pi * 440.0 * times), np.float32)


def amplitude(samples: Samples, rate: int) -> float:
    """Of 440 Hz; also small when the phase is not that of :func:`tone`."""
    times = np.arange(len(samples)) / rate
    return float(2 * np.mean(samples * np.sin(2 * np.pi * 440.0 * times)))


@pytest.mark.parametrize(
    ("name", "codec", "rate", "layout"),
    [
        ("a.wav", "pcm_u8", 8000, "mono"),
        ("a.wav", "pcm_s24le", 96000, "5.1"),
        ("a.wav", "pcm_f32le", 50000, "stereo"),
        ("a.flac", "flac", 22050, "stereo"),
        ("a.mp3", "libmp3lame", 44100, "stereo"),
        ("a.m4a", "aac", 48000, "mono"),
        ("a.mov", "aac", 44100, "stereo"),
        ("a.mkv", "libopus", 48000, "stereo"),
        ("a.wav", "pcm_mulaw", 8000, "mono"),
    ],
)
@pytest.mark.parametrize("wanted", [None, 16000])
def test_any_sound(
    make_sound: Make, name: str, codec: str, rate: int, layout: str, wanted: int | None
) -> None:
    channels = {"mono": 1, "stereo": 2, "5.1": 6}[layout]
    path = make_sound(
        name, np.tile(tone(2.0, rate), (channels, 1)), rate, codec=codec, layout=layout
    )
    audio = read_audio(path, wanted)
    assert audio.rate == (wanted or rate)
    assert audio.duration_s == pytest.approx(2.0, abs=0.03 if name.endswith("mp3") else 0.001)
    # LAME turns the volume down to 95 %.
    assert amplitude(audio.samples.numpy(), audio.rate) == pytest.approx(0.5, abs=0.03)


def test_channels_are_averaged(make_sound: Make) -> None:
    both = np.stack([np.full(8000, 0.6, np.float32), np.full(8000, -0.2, np.float32)])
    path = make_sound("a.wav", both, 8000, layout="stereo")
    assert read_audio(path).samples.numpy() == pytest.approx(0.2, abs=1e-4)


def test_resampling_keeps_a_click_in_its_place(make_sound: Make) -> None:
    click = np.zeros(44100, np.float32)
    click[22050] = 1.0
    audio = read_audio(make_sound("a.wav", click, 44100), 16000)
    assert len(audio.samples) == 16000
    assert int(audio.samples.abs().argmax()) == 8000


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    count=st.integers(1, 30000), block_s=st.floats(0.001, 3.0), rate=st.sampled_from([None, 16000])
)
def test_blocks_are_the_whole(
    make_sound: Make, count: int, block_s: float, rate: int | None
) -> None:
    noise = np.random.default_rng(count).uniform(-0.5, 0.5, count).astype(np.float32)
    path = make_sound("noise.wav", noise, 22050)
    whole = read_audio(path, rate)
    blocks = list(audio_blocks(path, rate, block_s))
    assert {len(b.samples) for b in blocks[:-1]} <= {max(1, round(block_s * whole.rate))}
    joined = np.concatenate([b.samples.numpy() for b in blocks])
    np.testing.assert_array_equal(joined, whole.samples.numpy())


def test_long_sound_is_streamed(make_sound: Make) -> None:
    path = make_sound("a.wav", tone(300.0, 8000), 8000)  # 19 MB as 16 kHz float32
    tracemalloc.start()
    total = sum(len(block.samples) for block in audio_blocks(path, 16000, 5.0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 300 * 16000
    assert peak < 4e6


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv"])
def test_a_late_track_is_led_by_silence(make_video: Make, name: str) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 86400).astype(np.float32)
    path = make_video(name, [i / 25 for i in range(50)], sound=noise, sound_start_s=0.2)
    heard = read_audio(path).samples.numpy()
    assert np.abs(heard[: round(0.17 * 48000)]).max() < 0.01
    shift = int(np.argmax(np.correlate(heard[:20000], noise[:9000], "valid")))
    assert shift == pytest.approx(0.2 * 48000, abs=48)  # the containers store whole milliseconds


def test_a_lost_part_is_filled_with_silence(make_sound: Make) -> None:
    path = make_sound("a.mkv", tone(1.0, 16000), 16000, starts_s=(0.0, 2.5))
    samples = read_audio(path).samples
    assert len(samples) == pytest.approx(3.5 * 16000, abs=20)
    assert float(samples[17000:39000].abs().max()) == 0.0
    assert amplitude(samples[40000:55000].numpy(), 16000) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(("name", "codec"), [("a.wav", "pcm_s16le"), ("a.m4a", "aac")])
def test_the_length_is_known_before_reading(make_sound: Make, name: str, codec: str) -> None:
    path = make_sound(name, tone(1.5, 16000), 16000, codec=codec)
    assert sound_seconds(path) == pytest.approx(1.5, abs=1e-3)


def test_silence_is_refused_but_can_be_asked_for(make_sound: Make) -> None:
    path = make_sound("a.wav", np.zeros(8000, np.float32), 8000)
    with pytest.raises(MediaError, match="only silence"):
        read_audio(path)
    assert len(read_audio(path, allow_silence=True).samples) == 8000


def test_no_track(make_video: Make) -> None:
    with pytest.raises(MediaError, match=r"a\.mp4: it has no audio track"):
        read_audio(make_video("a.mp4", [0.0, 0.04]))


def test_an_empty_track(tmp_path: Path) -> None:
    header = (
        b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\0\0\0"
    )
    (tmp_path / "a.wav").write_bytes(header)
    with pytest.raises(MediaError, match="empty"):
        read_audio(tmp_path / "a.wav")


@pytest.mark.parametrize(("name", "codec"), [("a.wav", "pcm_s16le"), ("a.m4a", "aac")])
def test_cut_short(make_sound: Make, name: str, codec: str) -> None:
    path = make_sound(name, tone(2.0, 48000), 48000, codec=codec)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(MediaError, match="cut short"):
        read_audio(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"Dear diary, today I spoke.\n" * 200, "not audio, video or a photo"),
        (b"#EXTM3U\n#EXTINF:5,\nother.mp4\n", "not audio, video or a photo"),
        (b"ffconcat version 1.0\nfile 'other.mp4'\n", "not audio, video or a photo"),
    ],
)
def test_what_is_not_media(tmp_path: Path, content: bytes, reason: str) -> None:
    for name in ("a.wav", "a.mp4"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(MediaError, match=reason) as caught:
            read_audio(tmp_path / name)
        assert name in caught.value.where
        assert caught.value.do


def test_random_bytes(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    for size in random.integers(1, 50000, 60):
        (tmp_path / "a.mp4").write_bytes(random.bytes(int(size)))
        with pytest.raises(MediaError):
            read_audio(tmp_path / "a.mp4")


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no such file"):
        read_audio(tmp_path / "none.wav")
    with pytest.raises(MediaError, match="it is a folder"):
        read_audio(tmp_path)


def test_a_strange_name_is_only_a_name(make_sound: Make, tmp_path: Path) -> None:
    plain = make_sound("a.wav", tone(0.5, 8000), 8000)
    strange = plain.rename(tmp_path / "http:take %03d.txt")
    assert read_audio(strange).duration_s == pytest.approx(0.5)
