"""Writes H.264 video with AAC sound: whole or not at all."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import attrs
import cv2
import numpy as np
from av.error import FFmpegError
from av.video.plane import VideoPlane
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.errors import InvalidValue, OutputError
from visemix.core.media.audio_track import AudioTrack
from visemix.core.media.colour_out import rgb_to_yuv420
from visemix.core.media.container import open_media
from visemix.core.media.encoder import Encoder, Encoding, Target
from visemix.core.media.formats import container_of
from visemix.core.media.part_file import PartFile, output_error
from visemix.core.values.audio import Audio
from visemix.core.values.frames import Frames

Picture = NDArray[np.uint8]


@attrs.define(eq=False)
class VideoWriter:
    """A video that appears under its name only when it is complete.

        with VideoWriter("out.mp4", size=(1280, 720), fps=25, audio_rate=48000) as video:
            video.write_audio(block)
            video.write(frames)

    Encoding runs in a thread of its own while the caller makes the next frames. Sound and picture
    start together and end together: sound past the last frame is dropped, missing sound is
    silence. Leaving the block by an error or Ctrl-C removes what was written.

    Attributes:
        path: .mp4, .mov or .mkv.
        size: width and height, px. An odd side is made even by repeating its last column or row,
            because H.264 stores colour for pairs of pixels.
        fps: frames per second; 29.97 and its like are stored as the exact 30000/1001.
        audio_rate: Hz of the sound that will be written; None makes a silent video. A rate that
            AAC lacks is stored as 48 kHz.
        metadata: text by key, kept in the file; :func:`read_metadata` gives it back.
        overwrite: whether an existing file may be replaced.
        encoding: how to compress.

    Raises:
        OutputError: at once if the file cannot be made; later if the disk fills up.
    """

    path: Path = attrs.field(converter=Path)
    size: tuple[int, int]
    fps: float = attrs.field()
    audio_rate: int | None = None
    metadata: Mapping[str, str] = attrs.field(factory=dict)
    overwrite: bool = attrs.field(default=False, kw_only=True)
    encoding: Encoding = attrs.field(factory=Encoding, kw_only=True)
    _file: PartFile = attrs.field(init=False)
    _sound: AudioTrack | None = attrs.field(init=False, default=None)
    _encoder: Encoder | None = attrs.field(init=False, default=None)
    _frames: int = attrs.field(init=False, default=0)
    _open: bool = attrs.field(init=False, default=True)

    def __attrs_post_init__(self) -> None:
        container = container_of(self.path)
        width, height = self.size
        rate = exact_rate(self.fps)
        if self.audio_rate is not None:
            self._sound = AudioTrack(self.audio_rate, rate)
        self._file = PartFile(self.path, self.overwrite)
        target = Target(
            path=self._file.part,
            container=container,
            size=(width + width % 2, height + height % 2),
            fps=rate,
            audio_rate=None if self._sound is None else self._sound.rate,
            metadata=self.metadata,
        )
        with self._guarded():
            self._encoder = Encoder(target, self.encoding)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    def write(self, frames: Frames | Tensor | Picture) -> None:
        """Appends pictures; the array may be reused as soon as this returns.

        Args:
            frames: [T, 3, H, W] uint8, or one picture [H, W, 3] uint8 as numpy array. RGB.

        Raises:
            InvalidValue: wrong size or type.
            OutputError: the disk is full or failed.
        """
        encoder = self._running()
        for picture in _planar(frames):
            if picture.shape != (3, self.size[1], self.size[0]) or picture.dtype != np.uint8:
                raise InvalidValue(
                    f"expected {self.size[0]} x {self.size[1]} px uint8, "
                    f"got {list(picture.shape)} {picture.dtype}",
                    where="VideoWriter.write",
                )
            with self._guarded():
                frame = encoder.blank()
                rgb_to_yuv420(_even(picture), *(_plane(plane) for plane in frame.planes))
                encoder.picture(frame)
                self._frames += 1
                self._write_sound(encoder, last=False)

    def write_audio(self, audio: Audio) -> None:
        """Appends sound, before or after the frames it belongs to.

        Raises:
            InvalidValue: another rate than announced, or no rate was announced.
        """
        self._running()
        if self._sound is None:
            raise InvalidValue("the video was opened without sound", where="VideoWriter")
        self._sound.add(audio)

    def close(self) -> None:
        """Completes the file and gives it its name. Closing twice does nothing.

        Raises:
            OutputError: no frame was written, or the disk is full or failed.
        """
        if not self._open:
            return
        with self._guarded():
            if self._frames == 0:
                raise OutputError("there is no frame to write", where=self.path)
            encoder = self._running()
            self._write_sound(encoder, last=True)
            encoder.finish()
            self._file.commit()
            self._open = False

    def abandon(self) -> None:
        """Stops and removes what was written. After closing it does nothing."""
        if not self._open:
            return
        self._open = False
        try:
            if self._encoder is not None:
                self._encoder.abandon()
        finally:
            self._file.discard()

    def _running(self) -> Encoder:
        if not self._open or self._encoder is None:
            raise InvalidValue("it is closed already", where="VideoWriter")
        return self._encoder

    def _write_sound(self, encoder: Encoder, last: bool) -> None:
        if self._sound is not None:
            for samples in self._sound.due(self._frames, last):
                encoder.sound(samples)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Removes the unfinished file when anything goes wrong, and says what in our words."""
        try:
            yield
        except BaseException as error:
            self.abandon()
            if isinstance(error, OSError):
                raise output_error(error, self.path) from error
            if isinstance(error, FFmpegError):
                raise OutputError(
                    f"it cannot be encoded: {error}", where=self.path, do="check its size and rate"
                ) from error
            raise


def exact_rate(fps: float) -> Fraction:
    """A frame rate as the fraction that was meant, so that nothing drifts.

    >>> exact_rate(29.97), exact_rate(25.0), exact_rate(23.98)
    (Fraction(30000, 1001), Fraction(25, 1), Fraction(1199, 50))
    """
    ntsc = Fraction(round(fps * 1.001) * 1000, 1001)
    if ntsc and abs(ntsc - Fraction(fps)) < fps * 5e-6:  # 6 ms in 20 minutes
        return ntsc
    return Fraction(fps).limit_denominator(100_000)


def read_metadata(path: str | Path) -> dict[str, str]:
    """Text that a file carries, by key in lower case (Matroska stores keys in capitals).

    Raises:
        MediaError: missing or not a media file.
    """
    with open_media(path) as container:
        return {key.lower(): text for key, text in container.metadata.items()}


def _planar(frames: Frames | Tensor | Picture) -> Iterator[Picture]:
    """Each picture as [3, H, W]."""
    if isinstance(frames, np.ndarray):
        if frames.ndim == 3 and frames.shape[2] == 3:
            yield np.stack([np.asarray(p, np.uint8) for p in cv2.split(frames)])
        else:
            yield frames
        return
    rgb = frames.rgb if isinstance(frames, Frames) else frames
    yield from rgb.detach().cpu().contiguous().numpy()


def _even(picture: Picture) -> Picture:
    height, width = picture.shape[1:]
    if height % 2 or width % 2:
        return np.pad(picture, ((0, 0), (0, height % 2), (0, width % 2)), mode="edge")
    return picture


def _plane(plane: VideoPlane) -> Picture:
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
