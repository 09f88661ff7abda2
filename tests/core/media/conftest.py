"""Makes media files of every kind, without the code under test."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def write_video(
    path: Path,
    times_s: Sequence[float],
    *,
    size: tuple[int, int] = (64, 48),
    codec: str = "libx264",
    pixels: str = "yuv420p",
    rate: Fraction | int = 25,
    degrees: int = 0,
    mirrored: bool = False,
    sound: Samples | None = None,
    sound_rate: int = 48000,
    sound_start_s: float = 0.0,
) -> Path:
    """Frame i is grey 30 + 13 i % 200 with a white top left quarter, shown from times_s[i] on."""
    with av.open(str(path), "w") as container:
        options = {"crf": "10", "preset": "ultrafast"} if codec.startswith("libx26") else {}
        if codec == "libx265":
            options["x265-params"] = "log-level=none"
        video = container.add_stream(codec, rate=rate, options=options)
        assert isinstance(video, VideoStream)
        video.width, video.height = size
        video.pix_fmt = pixels
        if not codec.startswith("mpeg"):  # those know frame numbers only
            video.codec_context.time_base = Fraction(1, 12000)
        if degrees or mirrored:
            video.set_display_rotation(degrees, hflip=mirrored)
        audio = None
        if sound is not None:
            audio = container.add_stream("aac", rate=sound_rate, layout="mono")
        for index, time_s in enumerate(times_s):
            picture = np.full((size[1], size[0], 3), 30 + 13 * index % 200, np.uint8)
            picture[: size[1] // 2, : size[0] // 2] = 255
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=pixels)
            frame.pts, frame.time_base = round(time_s * 12000), Fraction(1, 12000)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None and sound is not None:
            block = av.AudioFrame.from_ndarray(sound[None], format="fltp", layout="mono")
            block.sample_rate, block.time_base = sound_rate, Fraction(1, sound_rate)
            block.pts = round(sound_start_s * sound_rate)
            container.mux(audio.encode(block))
            container.mux(audio.encode(None))
    return path


def write_sound(
    path: Path,
    samples: Samples,
    rate: int,
    codec: str = "pcm_s16le",
    layout: str = "mono",
    starts_s: Sequence[float] = (0.0,),
) -> Path:
    """Channels [C, S], written once from each of the given times on."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, AudioStream)
        for start in starts_s:
            block = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
            block.sample_rate, block.time_base = rate, Fraction(1, rate)
            block.pts = round(start * rate)
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def make_video(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str, times_s: Sequence[float], **options: Any) -> Path:
        return write_video(tmp_path / name, times_s, **options)

    return make


@pytest.fixture
def make_sound(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str, samples: Samples, rate: int, **options: Any) -> Path:
        return write_sound(tmp_path / name, np.atleast_2d(samples), rate, **options)

    return make


@pytest.fixture
def clips() -> Path:
    """The folder of real clips beside the checkout."""
    folder = Path(__file__).parents[4] / "shared" / "media"
    if not folder.is_dir():
        pytest.skip("the real clips in ../shared/media are not here")
    return folder
