"""Reads pictures: videos lazily on a constant frame grid, photos whole."""

from collections.abc import Generator, Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from visemix.core.errors import MediaError
from visemix.core.media.container import open_media, origin_s
from visemix.core.media.frame_grid import Timed, on_grid
from visemix.core.media.media_info import MediaInfo, describe, pictures_of
from visemix.core.media.pixels import Rgb, RgbConverter

# These leave damaged frames out without a word, and have one frame in each packet.
_SILENT = frozenset({"hevc", "mjpeg", "prores", "ffv1"})

_COPY_AGAIN = "copy it again from its source"


def probe(path: str | Path) -> MediaInfo:
    """What a video or photo holds; its content decides, not its name.

    Raises:
        MediaError: missing, no picture in it, or damaged.
    """
    with open_media(path) as container:
        stream = pictures_of(container, path)
        return describe(container, stream, _first_frame(container, stream, path))


def read_photo(path: str | Path, max_side: int | None = None) -> Rgb:
    """A photo, turned upright, transparency laid over white.

    Args:
        path: PNG, JPEG, WebP, BMP, TIFF or whatever else FFmpeg reads.
        max_side: px; a larger photo is scaled down to this by area averaging.

    Returns:
        [H, W, 3] uint8 RGB.

    Raises:
        MediaError: missing, a video, or damaged.
    """
    with open_media(path) as container:
        stream = pictures_of(container, path)
        frame = _first_frame(container, stream, path)
        if not describe(container, stream, frame).is_photo:
            raise MediaError("it is a video, not a photo", where=path, do="give one picture")
        rgb = _exif_jpeg(path) if stream.codec_context.name == "mjpeg" else None
        if rgb is None:
            rgb = RgbConverter()(frame)
    scale = (max_side or max(rgb.shape)) / max(rgb.shape[:2])
    if scale < 1:
        height, width = (max(1, round(n * scale)) for n in rgb.shape[:2])
        small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
        rgb = np.asarray(small, np.uint8)
    return rgb


def _exif_jpeg(path: str | Path) -> Rgb | None:
    """A JPEG that carries Exif, turned as it says: PyAV loses its mirrored orientations."""
    data = Path(path).read_bytes()
    if b"\xff\xd9" not in data[-65536:]:  # decoders paint what is missing grey and say nothing
        raise MediaError("the JPEG is cut short", where=path, do=_COPY_AGAIN)
    if b"Exif\0\0" not in data[:65536]:
        return None
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return None if bgr is None else np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def _first_frame(container: InputContainer, stream: VideoStream, path: str | Path) -> VideoFrame:
    frame = next(iter(_Decoder(container, stream)), None)
    if frame is None:
        raise MediaError("no picture in it can be decoded", where=path, do=_COPY_AGAIN)
    return frame


class _Decoder:
    """Iterates over the intact frames of a stream.

    Attributes:
        damaged: packets and frames left out so far.
        last_s: when the latest packet is shown, on the file's own clock; damaged ones count.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self.damaged = 0
        self.last_s = 0.0
        self._container = container
        self._stream = stream

    def __iter__(self) -> Iterator[VideoFrame]:
        missing = 0
        try:
            for packet in self._container.demux(self._stream):
                if packet.pts is not None and packet.time_base and not packet.is_discard:
                    self.last_s = max(self.last_s, float(packet.pts * packet.time_base))
                frames = self._intact(packet)
                yield from frames
                missing += bool(packet.size and not packet.is_discard) - len(frames)
        except FFmpegError:
            self.damaged += 1  # the container itself is damaged: nothing can follow
        if self._stream.codec_context.name in _SILENT:
            self.damaged = max(self.damaged, missing)

    def _intact(self, packet: "Packet[VideoStream]") -> list[VideoFrame]:
        try:
            frames = self._stream.decode(packet)
        except FFmpegError:
            self.damaged += 1
            return []
        intact = [frame for frame in frames if not frame.is_corrupt]
        self.damaged += len(frames) - len(intact)
        return intact


class VideoReader:
    """Frames of a video, lazily, on a constant grid.

    Variable frame rates, gaps and damaged frames are bridged by the frame on screen. Frame k
    belongs to k / fps seconds after the file's time zero, as sample 0 of ``read_audio`` does.

        with VideoReader("face.mp4", fps=25) as video:
            for time_s, rgb in video:
                ...

    Args:
        path: a video file.
        fps: frames per second wanted; None takes the file's average.

    Attributes:
        info: what :func:`probe` says of the file.
        fps: frames per second given.
        damaged: frames skipped as damaged in the latest pass.

    Raises:
        MediaError: missing, a photo, no picture in it, or damaged.
    """

    def __init__(self, path: str | Path, fps: float | None = None) -> None:
        self.info = probe(path)
        if self.info.is_photo:
            raise MediaError("it is a photo, not a video", where=path, do="give a video")
        self.fps = fps or self.info.fps
        self.damaged = 0
        self._path = path
        self._pass: Generator[tuple[float, Rgb]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; frames already given stay valid."""
        if self._pass is not None:
            self._pass.close()

    def __iter__(self) -> Iterator[tuple[float, Rgb]]:
        """From the first frame on: (seconds, [H, W, 3] uint8 RGB).

        A frame that is shown twice is the same array twice: do not write into it.
        """
        self.close()
        self._pass = self._read()
        return self._pass

    def _read(self) -> Generator[tuple[float, Rgb]]:
        with open_media(self._path) as container:
            stream = pictures_of(container, self._path)
            decoder = _Decoder(container, stream)
            timed = _on_clock(decoder, origin_s(container), self.info)
            reach_s = 0.5 / max(self.fps, self.info.fps)
            convert = RgbConverter()
            for count, frame in enumerate(on_grid(timed, self.fps, reach_s)):
                self.damaged = decoder.damaged
                yield count / self.fps, convert(frame)
            self.damaged = decoder.damaged


def _on_clock(frames: _Decoder, origin: float, info: MediaInfo) -> Iterator[Timed[VideoFrame]]:
    """Frames with their times; a missing or absurd time stamp is the last one plus a frame."""
    frame: VideoFrame | None = None
    step_s = 1.0 / info.fps
    time_s = -step_s
    for frame in frames:
        stamp = None if frame.time is None else frame.time - origin
        late = stamp is not None and stamp > max(info.duration_s, time_s) + 10.0
        time_s = time_s + step_s if stamp is None or late else stamp
        unit = frame.time_base or Fraction(0)
        length = float(frame.duration * unit) or step_s
        yield Timed(time_s, length, frame)
    lost_s = frames.last_s - origin - time_s
    if frame is not None and step_s < lost_s < info.duration_s:  # its end is damaged
        yield Timed(time_s + lost_s, step_s, frame)
