"""H.264 and AAC into one file, in a thread of its own."""

import queue
import threading
from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import attrs
import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

_BT709, _LIMITED = 1, 1  # ITU-T H.273: matrix, primaries and transfer 1; limited range


@attrs.frozen
class Encoding:
    """How the result is compressed.

    Attributes:
        preset: x264's speed. At 720p "superfast" takes two thirds of the time of "veryfast"
            for the same quality, in twice the bytes.
        crf: x264's quality, 0 (lossless) to 51; 18 cannot be told from the source by eye.
        audio_bit_rate: bits per second of AAC.
        waiting_frames: frames that may wait for the encoder before the caller has to.
    """

    preset: str = "superfast"
    crf: int = 18
    audio_bit_rate: int = 192_000
    waiting_frames: int = 8


@attrs.frozen
class Target:
    """What is written, and where.

    Attributes:
        path: the file.
        container: FFmpeg's name of the container format.
        size: width and height, px, both even.
        fps: frames per second.
        audio_rate: Hz, one that AAC stores, or None for a video without sound.
        metadata: text by key.
    """

    path: Path
    container: str
    size: tuple[int, int]
    fps: Fraction
    audio_rate: int | None
    metadata: Mapping[str, str]


class Encoder:
    """Encodes in the background what it is handed, in that order.

    Frames come from :meth:`blank` and go back by themselves, so memory stays flat and a caller
    that is faster than the encoder waits for it. What went wrong in the thread is raised by the
    next call.
    """

    def __init__(self, target: Target, encoding: Encoding) -> None:
        self._container = _open(target)
        self._video = _add_video(self._container, target, encoding)
        self._audio = _add_audio(self._container, target, encoding)
        self._step = 1 / target.fps
        self._pictures = 0
        self._samples = 0
        self._blank: queue.Queue[VideoFrame] = queue.Queue()
        for _ in range(encoding.waiting_frames):
            self._blank.put(VideoFrame(*target.size, "yuv420p"))
        self._waiting: queue.Queue[VideoFrame | AudioFrame | None] = queue.Queue()
        self._failure: Exception | None = None
        self._stopped = False
        # A daemon: an interpreter that stops on an error does not wait for the queue.
        self._thread = threading.Thread(target=self._run, name="video-encoder", daemon=True)
        self._thread.start()

    def blank(self) -> VideoFrame:
        """A yuv420p frame to fill and hand to :meth:`picture`; waits until one is free."""
        frame = self._blank.get()
        if self._failure is not None:
            self._blank.put(frame)
            raise self._failure
        return frame

    def picture(self, frame: VideoFrame) -> None:
        """Appends a frame that :meth:`blank` gave."""
        frame.pts, frame.time_base = self._pictures, self._step
        self._pictures += 1
        self._waiting.put(frame)

    def sound(self, samples: NDArray[np.float32]) -> None:
        """Appends mono samples [S]."""
        assert self._audio is not None
        frame = AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
        frame.sample_rate = self._audio.rate
        frame.pts, frame.time_base = self._samples, Fraction(1, self._audio.rate)
        self._samples += len(samples)
        self._waiting.put(frame)

    def finish(self) -> None:
        """Encodes what waits and completes the file."""
        self._join()
        if self._failure is not None:
            raise self._failure
        for stream in (self._video, self._audio):
            if stream is not None:
                self._container.mux(stream.encode(None))
        self._container.close()

    def abandon(self) -> None:
        """Stops at once; what is in the file is of no use."""
        self._stopped = True
        self._join()
        with suppress(FFmpegError):
            self._container.close()

    def _join(self) -> None:
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None:
            try:
                if self._failure is None and not self._stopped:
                    self._encode(item)
            except Exception as error:  # noqa: BLE001  # raised again where the caller is
                self._failure = error
            if isinstance(item, VideoFrame):
                self._blank.put(item)  # also after a failure, so that nobody waits for ever

    def _encode(self, item: VideoFrame | AudioFrame) -> None:
        if isinstance(item, VideoFrame):
            self._container.mux(self._video.encode(item))
        elif self._audio is not None:
            self._container.mux(self._audio.encode(item))


def _open(target: Target) -> OutputContainer:
    # faststart: a player can begin before the whole file has arrived.
    # use_metadata_tags: MP4 and MOV keep keys of any name.
    flags = {"movflags": "+faststart+use_metadata_tags"} if target.container != "matroska" else {}
    container = av.open(f"file:{target.path}", "w", format=target.container, options=flags)
    for key, text in target.metadata.items():
        container.metadata[key] = text
    return container


def _add_video(container: OutputContainer, target: Target, encoding: Encoding) -> VideoStream:
    options = {"preset": encoding.preset, "crf": str(encoding.crf)}
    stream = container.add_stream("libx264", rate=target.fps, options=options)
    stream.width, stream.height = target.size
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.color_range = _LIMITED
    return stream


def _add_audio(
    container: OutputContainer, target: Target, encoding: Encoding
) -> AudioStream | None:
    if target.audio_rate is None:
        return None
    stream = container.add_stream("aac", rate=target.audio_rate, layout="mono")
    stream.bit_rate = encoding.audio_bit_rate
    return stream
