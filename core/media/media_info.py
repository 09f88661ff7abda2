"""What a file of pictures holds: size, rate, length, photo or video."""

from pathlib import Path

import attrs
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from visemix.core.errors import MediaError
from visemix.core.media.container import (
    audio_stream,
    duration_s,
    origin_s,
    start_s,
    video_stream,
)
from visemix.core.media.pixels import angle_of, turn_of

MAX_PIXELS = 1 << 28
"""Larger pictures are refused: 16384 x 16384."""

_FPS_RANGE = (0.05, 1000.0)


@attrs.frozen
class MediaInfo:
    """What a picture file holds, known without decoding more than its first frame.

    Attributes:
        width, height: px, after turning it upright.
        fps: average frames per second; 0 for a photo.
        frame_count: estimate; 1 for a photo.
        duration_s: seconds from the file's time zero to the last frame's end; 0 for a photo.
        has_audio: whether there is an audio track (it may be silent).
        is_photo: one picture without sound.
        rotation: clockwise degrees by which the stored picture is turned.
        vfr: whether the frame rate varies.
    """

    width: int
    height: int
    fps: float
    frame_count: int
    duration_s: float
    has_audio: bool
    is_photo: bool
    rotation: int
    vfr: bool


def describe(container: InputContainer, stream: VideoStream, frame: VideoFrame) -> MediaInfo:
    """Facts about a picture track, given its first decoded frame."""
    turn = turn_of(frame)
    width, height = (frame.height, frame.width) if turn[0] else (frame.width, frame.height)
    photo = _is_photo(container, stream)
    fps = _average_fps(stream)
    length = duration_s(stream)
    if length is None:
        length = (container.duration or 0) / 1e6
    else:
        length += start_s(stream) - origin_s(container)
    return MediaInfo(
        width=width,
        height=height,
        fps=0.0 if photo else fps,
        frame_count=1 if photo else max(1, round(length * fps) or stream.frames),
        duration_s=0.0 if photo else length,
        has_audio=audio_stream(container) is not None,
        is_photo=photo,
        rotation=angle_of(turn),
        vfr=not photo and _varies(stream),
    )


def pictures_of(container: InputContainer, path: str | Path) -> VideoStream:
    """The video or photo track of a file, set up to decode on all cores.

    Raises:
        MediaError: there is none, or it cannot be used.
    """
    stream = video_stream(container)
    if stream is None:
        raise MediaError(
            "there is no picture in it", where=path, do="give a video or a photo of a face"
        )
    width, height = stream.codec_context.width, stream.codec_context.height
    if width * height > MAX_PIXELS:
        raise MediaError(f"{width} x {height} px is too large", where=path, do="scale it down")
    if len(container.streams.video) > 1 and container.metadata.get("major_brand") == "heic":
        raise MediaError("a HEIC photo is stored in tiles", where=path, do="save it as JPEG or PNG")
    stream.thread_type = "AUTO"
    return stream


def _is_photo(container: InputContainer, stream: VideoStream) -> bool:
    if container.format.name.endswith("_pipe") or container.format.name == "image2":
        return True
    return stream.frames == 1 and audio_stream(container) is None


def _average_fps(stream: VideoStream) -> float:
    low, high = _FPS_RANGE
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and low <= rate <= high:
            return float(rate)
    return 25.0


def _varies(stream: VideoStream) -> bool:
    times = np.array([entry.timestamp for entry in stream.index_entries], np.float64)
    if len(times) < 3:
        return False
    steps = np.diff(np.sort(times))
    return bool(np.mean(np.abs(steps - np.median(steps)) > 0.1 * np.median(steps)) > 0.01)
