"""The canonical transcode, and what made videos are encoded with before it."""

import wave
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
import torch

from visemix.core.errors import MediaError
from visemix.core.media.audio_in import read_audio
from visemix.core.media.encoder import Encoding
from visemix.core.media.video_in import VideoReader
from visemix.core.media.video_out import VideoWriter
from visemix.core.values.audio import Audio
from visemix.core.values.subject import Picture
from visemix.registry.comparing.protocol import Canonical, Span

SOUND_RATE = 48_000
"""Of every file of a comparison, Hz."""

SAME_SHAPE = 0.02
"""How much the aspect ratio of a made video may differ from the truth's."""


def pictures_of(path: Path, fps: float, span: Span | None = None) -> Iterator[Picture]:
    """The pictures of a stretch, on a grid of ``fps``; frame 0 is the one nearest its start.

    Raises:
        MediaError: it cannot be read, or the stretch begins after its end.
    """
    first = 0 if span is None else round(span.start_s * fps)
    stop = None if span is None or span.stop_s is None else round(span.stop_s * fps)
    given = 0
    with VideoReader(path, fps) as video:
        for index, (_, picture) in enumerate(video):
            if stop is not None and index >= stop:
                break
            if index >= first:
                given += 1
                yield picture
    if not given:
        raise MediaError("it ends before this stretch begins", where=path, do="shorten the stretch")


def sound_of(path: Path, span: Span | None, seconds: float) -> Audio:
    """``seconds`` of sound from the start of a stretch on; what is missing is silence.

    Raises:
        MediaError: it cannot be read, or has no sound track.
    """
    whole = read_audio(path, SOUND_RATE, allow_silence=True)
    first = 0 if span is None else round(span.start_s * SOUND_RATE)
    count = round(seconds * SOUND_RATE)
    samples = whole.samples[first : first + count]
    return Audio(torch.nn.functional.pad(samples, (0, count - len(samples))), SOUND_RATE)


def write_video(
    path: Path,
    pictures: Iterable[Picture],
    sound: Audio | None,
    fps: float,
    encoding: Encoding | None = None,
) -> int:
    """Write a video; the number of its frames.

    Args:
        path: the file.
        pictures: [H, W, 3] uint8, all of one size.
        sound: cut or filled with silence to the length of the pictures; None for none.
        fps: frames per second.
        encoding: None for that of made videos.

    Raises:
        MediaError: there is no picture.
        OutputError: it cannot be written.
    """
    frames = iter(pictures)
    first = next(frames, None)
    if first is None:
        raise MediaError("there is no picture in it", where=path)
    size = (first.shape[1], first.shape[0])
    rate = None if sound is None else sound.rate
    count = 0
    with VideoWriter(
        path, size, fps, rate, overwrite=True, encoding=encoding or Encoding()
    ) as writer:
        if sound is not None:
            writer.write_audio(sound)
        for picture in chain([first], frames):
            writer.write(picture)
            count += 1
    return count


def transcode(
    pictures: Iterable[Picture],
    sound: Audio,
    path: Path,
    size: tuple[int, int],
    canonical: Canonical,
) -> int:
    """Write the video that is judged; the number of its frames.

    Args:
        pictures: at ``canonical.fps``.
        sound: of it.
        path: the file.
        size: width and height of the judged truth, px.
        canonical: how.

    Raises:
        MediaError: the pictures have another shape than the truth's.
        OutputError: it cannot be written.
    """
    resized = (fitted(picture, size, path) for picture in pictures)
    encoding = Encoding(preset="veryfast", crf=canonical.crf)
    return write_video(path, resized, sound, canonical.fps, encoding)


def canonical_size(picture: Picture, canonical: Canonical) -> tuple[int, int]:
    """Width and height of the judged videos of a clip with such pictures, both even."""
    height, width = picture.shape[:2]
    tall = canonical.height or height
    wide = round(width * tall / height)
    return wide + wide % 2, tall + tall % 2


def fitted(picture: Picture, size: tuple[int, int], where: object) -> Picture:
    """A picture scaled to ``size`` (width, height).

    Raises:
        MediaError: it has another shape.
    """
    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture
    if abs(width * size[1] / (height * size[0]) - 1) > SAME_SHAPE:
        what = f"its pictures have {width} x {height} px, the truth has {size[0]} x {size[1]}"
        do = "let the recipe make pictures of the shape of its reference"
        raise MediaError(what, where=where, do=do)
    how = cv2.INTER_AREA if width > size[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)


def write_sound(path: Path, sound: Audio) -> None:
    """Sound as a WAV file of 16 bits."""
    samples = (sound.samples.clamp(-1, 1) * 32767).round().short().numpy()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(samples.tobytes())
