from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from visemix.core.errors import MediaError
from visemix.core.media.audio_in import read_audio
from visemix.core.media.video_in import VideoReader, probe, read_photo


def test_every_clip_is_read(clips: Path) -> None:
    files = [*clips.glob("*.mp4"), *clips.glob("*.mov"), *sorted(clips.glob("*/*.mpg"))[:2]]
    assert len(files) > 8
    for file in files:
        info = probe(file)
        with VideoReader(file) as video:
            pictures = [rgb for _, rgb in islice(video, 10)]
            assert video.damaged == 0
        assert {rgb.shape for rgb in pictures} == {(info.height, info.width, 3)}
        assert info.has_audio


def test_every_photo_is_read(clips: Path) -> None:
    files = sorted(clips.glob("portrait*"))
    assert files
    for file in files:
        info = probe(file)
        assert info.is_photo
        assert read_photo(file).shape == (info.height, info.width, 3)


def test_every_recording_is_read(clips: Path) -> None:
    files = sorted(clips.glob("*.wav"))
    assert files
    for file in files:
        audio = read_audio(file, 16000)
        assert 2 < audio.duration_s < 10
        assert float(audio.samples.abs().max()) > 0.05


def test_a_variable_rate(clips: Path) -> None:
    path = clips / "bad_noface_then_face_vfr.mov"
    info = probe(path)
    assert info.vfr
    with VideoReader(path, 25.0) as video:
        times = [time_s for time_s, _ in video]
    assert times[-1] + 0.04 == pytest.approx(info.duration_s, abs=0.04)
    assert read_audio(path).duration_s < info.duration_s


def test_late_sound_stays_late(clips: Path) -> None:
    on_time = read_audio(clips / "address_256_47s.mp4", 16000).samples.numpy()
    late = read_audio(clips / "address_256_47s_audio_late_200ms.mov", 16000).samples.numpy()
    size = 1 << 18
    spectrum = np.fft.rfft(late[: size // 2], size) * np.fft.rfft(on_time[: size // 2], size).conj()
    assert int(np.fft.irfft(spectrum, size).argmax()) == pytest.approx(0.2 * 16000, abs=16)


def test_a_silent_track(clips: Path) -> None:
    path = clips / "bad_silent_occluded_20s.mp4"
    assert probe(path).has_audio
    with pytest.raises(MediaError, match="only silence"):
        read_audio(path)
    assert read_audio(path, 16000, allow_silence=True).duration_s == pytest.approx(19.69, abs=0.02)
