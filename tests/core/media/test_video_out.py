import errno
import os
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import attrs
import av
import numpy as np
import pytest
import torch
from av.container import OutputContainer
from torch import Tensor

from visemix.core.errors import InvalidValue, OutputError
from visemix.core.media import encoder
from visemix.core.media.audio_in import read_audio
from visemix.core.media.video_in import VideoReader, probe
from visemix.core.media.video_out import VideoWriter, exact_rate, read_metadata
from visemix.core.values.audio import Audio
from visemix.core.values.frames import Frames


def greys(count: int, width: int = 64, height: int = 48) -> Tensor:
    """[T, 3, H, W]: frame i is grey 30 + 13 i % 200."""
    level = (30 + 13 * torch.arange(count) % 200).to(torch.uint8)
    return level[:, None, None, None].expand(count, 3, height, width).contiguous()


def noise(seconds: float, rate: int) -> Audio:
    made = torch.Generator().manual_seed(0)
    return Audio(torch.rand(round(seconds * rate), generator=made) - 0.5, rate)


def lengths(path: Path) -> tuple[float, float]:
    """Of picture and sound, seconds, as the container states them."""
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert video.start_time == audio.start_time == 0
        assert video.duration and video.time_base and audio.duration and audio.time_base
        return float(video.duration * video.time_base), float(audio.duration * audio.time_base)


def lag(heard: Audio, said: Audio) -> int:
    """By how many samples ``heard`` is late."""
    size = 1 << 18
    one, two = (np.fft.rfft(a.samples.numpy()[: size // 2], size) for a in (heard, said))
    peak = int(np.fft.irfft(one * two.conj(), size).argmax())
    return peak if peak < size // 2 else peak - size


@pytest.mark.parametrize("fps", [1.0, 23.976, 25.0, 29.97, 26.494922174, 240.0])
def test_frames_and_sound_come_back_in_sync(tmp_path: Path, fps: float) -> None:
    path = tmp_path / "a.mp4"
    count = 37 if fps > 10 else 4
    sound = noise(count / fps, 48000)
    with VideoWriter(path, (64, 48), fps, 48000) as video:
        video.write_audio(sound)
        video.write(Frames(greys(count), fps))
    with VideoReader(path) as reader:
        found = [float(rgb.mean()) for _, rgb in reader]
    assert found == pytest.approx([30 + 13 * i % 200 for i in range(count)], abs=2)
    assert probe(path).fps == pytest.approx(float(exact_rate(fps)), rel=1e-4)
    seen, heard = lengths(path)
    assert seen == pytest.approx(count / fps, abs=1e-3)
    assert heard == pytest.approx(seen, abs=1e-3)
    assert lag(read_audio(path), sound) == 0


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 50000, 96000, 192000])
def test_any_sound_rate(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "a.mp4"
    sound = noise(1.0, rate)
    with VideoWriter(path, (64, 48), 25, rate) as video:
        for index in range(25):
            block = sound.samples[rate * index // 25 : rate * (index + 1) // 25]
            video.write_audio(Audio(block, rate))
            video.write(greys(25)[index : index + 1])
    seen, heard = lengths(path)
    assert seen == pytest.approx(1.0)
    assert heard == pytest.approx(1.0, abs=1e-3)
    assert abs(lag(read_audio(path, rate), sound)) <= 1


@pytest.mark.parametrize("seconds", [0.0, 0.31, 5.0])
def test_sound_is_cut_or_filled_to_the_picture(tmp_path: Path, seconds: float) -> None:
    path = tmp_path / "a.mp4"
    with VideoWriter(path, (64, 48), 25, 16000) as video:
        video.write(greys(25))
        video.write_audio(noise(seconds, 16000))
    seen, heard = lengths(path)
    assert seen == pytest.approx(1.0)
    assert heard == pytest.approx(1.0, abs=1e-3)


def test_nothing_drifts_in_twenty_minutes(tmp_path: Path) -> None:
    path, fps, rate, minute = tmp_path / "a.mp4", 29.97, 8000, 60
    step = Fraction(30000, 1001)
    clicks = [round(minute * k * step) for k in range(1, 20)]  # frames
    sound = torch.zeros(20 * minute * rate)
    for click in clicks:
        sound[round(click / step * rate) :][:80] = 0.9
    picture = torch.zeros(1, 3, 16, 16, dtype=torch.uint8)
    with VideoWriter(path, (16, 16), fps, rate) as video:
        for index in range(round(20 * minute * step)):
            if index % 1000 == 0:
                start, stop = (round(i / step * rate) for i in (index, index + 1000))
                video.write_audio(Audio(sound[start:stop], rate))
            video.write(picture + 255 * (index in clicks))
    with VideoReader(path) as reader:
        flashes = [index for index, (_, rgb) in enumerate(reader) if rgb.mean() > 128]
    assert flashes == clicks
    heard = read_audio(path).samples.abs()
    for click in clicks:
        at = round(click / step * rate)
        onset = int((heard[at - rate : at + rate] > 0.3).nonzero()[0]) - rate
        assert abs(onset) < 0.005 * rate
    seen, said = lengths(path)
    assert said == pytest.approx(seen, abs=1 / fps)


@pytest.mark.parametrize("size", [(63, 47), (64, 47), (63, 48), (1, 1), (640, 360)])
def test_any_size(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "a.mp4"
    with VideoWriter(path, size, 25) as video:
        video.write(greys(3, *size))
    with VideoReader(path) as reader:
        pictures = [rgb for _, rgb in reader]
    assert len(pictures) == 3
    assert pictures[0].shape == (size[1] + size[1] % 2, size[0] + size[0] % 2, 3)
    assert [float(p.mean()) for p in pictures] == pytest.approx([30, 43, 56], abs=2)


def test_colours_do_not_shift(tmp_path: Path) -> None:
    y, x = np.mgrid[:360, :640]
    red, green, blue = 20 + x / 640 * 220, 20 + y / 360 * 220, 240 - (x / 640 + y / 360) * 110
    picture = np.stack([red, green, blue], -1).astype(np.uint8)
    path = tmp_path / "a.mp4"
    with VideoWriter(path, (640, 360), 25) as video:
        for _ in range(3):
            video.write(picture)
    with VideoReader(path) as reader:
        read = next(iter(reader))[1].astype(np.float64)
    assert np.abs(read - picture).mean() < 1.2
    assert np.abs((read - picture).mean((0, 1))).max() < 0.3
    with av.open(str(path)) as container:  # and as FFmpeg itself understands the tags
        frame = next(container.decode(video=0))
        theirs = frame.to_ndarray(format="rgb24")
    assert isinstance(frame, av.VideoFrame)
    assert (int(frame.colorspace), int(frame.color_range)) == (1, 1)
    assert np.abs(theirs.astype(np.float64) - picture).mean() < 2


def test_the_callers_array_may_be_reused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    buffer = torch.zeros(1, 3, 48, 64, dtype=torch.uint8)
    with VideoWriter(path, (64, 48), 25) as video:
        for level in range(0, 240, 4):
            buffer.fill_(level)
            video.write(buffer)
    with VideoReader(path) as reader:
        found = [float(rgb.mean()) for _, rgb in reader]
    assert found == pytest.approx(list(range(0, 240, 4)), abs=2)


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv", ".MP4"])
def test_metadata_survives(tmp_path: Path, ending: str) -> None:
    lock = '{"recipe": "' + 'é"\\\n' * 16000 + '"}'
    path = tmp_path / f"a{ending}"
    with VideoWriter(path, (64, 48), 25, 16000, {"visemix_lock": lock}) as video:
        video.write(greys(2))
    assert read_metadata(path)["visemix_lock"] == lock
    with VideoReader(path) as reader:
        assert len(list(reader)) == 2


def test_a_player_can_start_at_once(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", (64, 48), 25) as video:
        video.write(greys(2))
    data = (tmp_path / "a.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_result_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"an older result")
    with pytest.raises(error), VideoWriter(path, (64, 48), 25, 16000, overwrite=True) as video:
        video.write(greys(20))
        assert len(list(tmp_path.iterdir())) == 2
        raise error
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"an older result"
    assert not [t for t in threading.enumerate() if t.name == "video-encoder"]


def test_an_existing_result(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match="exists already"):
        VideoWriter(path, (64, 48), 25)
    assert path.read_bytes() == b"precious"
    with VideoWriter(path, (64, 48), 25, overwrite=True) as video:
        video.write(greys(2))
    assert probe(path).frame_count == 2
    assert list(tmp_path.iterdir()) == [path]


def test_a_result_that_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    video = VideoWriter(path, (64, 48), 25)
    video.write(greys(2))
    path.write_bytes(b"from somebody else")
    with pytest.raises(OutputError, match="exists already"):
        video.close()
    assert path.read_bytes() == b"from somebody else"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("none/a.mp4", "none does not exist"),
        ("a.txt", "'?.txt'? is not a video format"),
        ("a", "without an ending"),
        ("folder.mp4", "it is a folder"),
        (f"{'a' * 300}.mp4", "name is too long"),
    ],
)
def test_impossible_names(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(OutputError, match=reason) as caught:
        VideoWriter(tmp_path / name, (64, 48), 25)
    assert caught.value.do
    assert [p.name for p in tmp_path.iterdir()] == ["folder.mp4"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(OutputError, match="not permitted"):
        VideoWriter(tmp_path / "a.mp4", (64, 48), 25)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EIO])
def test_a_refusing_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(OutputError, match=r"a\.mp4: .*\. .+\."):
        VideoWriter(tmp_path / "a.mp4", (64, 48), 25)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: Callable[[encoder.Target], OutputContainer] = encoder._open
    monkeypatch.setattr(
        encoder, "_open", lambda target: opened(attrs.evolve(target, path=Path("/dev/full")))
    )
    snow = torch.randint(0, 256, (8, 3, 256, 256), dtype=torch.uint8)
    with (
        pytest.raises(OutputError, match=r"a\.mp4: the disk is full. Free some space"),
        VideoWriter(tmp_path / "a.mp4", (256, 256), 25, 16000) as video,
    ):
        for _ in range(20):
            video.write(snow)
    assert not list(tmp_path.iterdir())


def test_a_failure_in_the_thread_reaches_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("no frame left")

    monkeypatch.setattr(encoder.Encoder, "_encode", fail)
    with pytest.raises(MemoryError), VideoWriter(tmp_path / "a.mp4", (64, 48), 25) as video:
        for _ in range(50):
            video.write(greys(1))
    assert not list(tmp_path.iterdir())


def test_wrong_calls(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no frame"), VideoWriter(tmp_path / "a.mp4", (8, 8), 25):
        pass
    video = VideoWriter(tmp_path / "a.mp4", (64, 48), 25, 16000)
    with pytest.raises(InvalidValue, match="64 x 48"):
        video.write(greys(1, 48, 64))
    with pytest.raises(InvalidValue, match="16000 Hz, got 8000"):
        video.write_audio(noise(0.1, 8000))
    video.abandon()
    with pytest.raises(InvalidValue, match="closed"):
        video.write(greys(1))
    silent = VideoWriter(tmp_path / "a.mp4", (64, 48), 25)
    with pytest.raises(InvalidValue, match="without sound"):
        silent.write_audio(noise(0.1, 8000))
    silent.abandon()
    assert not list(tmp_path.iterdir())
