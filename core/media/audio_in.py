"""Reads sound: any container, codec, rate and channel count, as mono blocks at one rate."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soxr
import torch
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from numpy.typing import NDArray

from visemix.core.errors import MediaError
from visemix.core.media.container import (
    audio_stream,
    duration_s,
    open_media,
    origin_s,
    start_s,
    video_stream,
)
from visemix.core.values.audio import Audio

Samples = NDArray[np.float32]

SILENCE = 1e-4
"""Peak at or below which a recording holds no sound (-80 dBFS)."""

_SPEECH = "give a recording with speech in it"
_GAP_S = (0.05, 30.0)  # lost packets are filled with silence; longer holes are broken time stamps
_PRIMING = 4096  # samples an encoder may add at the end to fill its last block


def read_audio(path: str | Path, rate: int | None = None, *, allow_silence: bool = False) -> Audio:
    """A whole recording.

    Args:
        path: any file with an audio track.
        rate: samples per second wanted; None keeps the file's.
        allow_silence: do not refuse a recording without a sound in it.

    Returns:
        Mono (mean of all channels). If the file has a video track too, sample 0 belongs to the
        same instant as the video's frame 0.

    Raises:
        MediaError: no such file, no audio track, damaged, cut short, empty or silent.
    """
    blocks = list(audio_blocks(path, rate, 60.0, allow_silence=allow_silence))
    return Audio(torch.cat([block.samples for block in blocks]), blocks[0].rate)


def audio_blocks(
    path: str | Path, rate: int | None, block_s: float, *, allow_silence: bool = False
) -> Iterator[Audio]:
    """The same recording in blocks of ``block_s`` seconds, holding one block at a time.

    The last block is shorter. Joined, the blocks are exactly what :func:`read_audio` gives.

    Raises:
        MediaError: as :func:`read_audio`, before the first block where that can be known.
    """
    if not allow_silence:
        require_sound(path)
    with open_media(path) as container:
        source = _Source(container, path)
        rate = rate or source.rate
        size = max(1, round(block_s * rate))
        empty = True
        for samples in _in_blocks(_resample(source, rate), size):
            empty = False
            yield Audio(torch.from_numpy(samples), rate)
        if empty:
            raise MediaError("its audio track is empty", where=path, do=_SPEECH)


def require_sound(path: str | Path) -> None:
    """Refuses a silent recording; reads no further than the first sound.

    Raises:
        MediaError: silent or empty, or it cannot be read.
    """
    with open_media(path) as container:
        if not any(np.abs(samples).max() > SILENCE for samples in _Source(container, path)):
            raise MediaError("there is no sound in it, only silence", where=path, do=_SPEECH)


def sound_seconds(path: str | Path) -> float | None:
    """Length of a recording as its header tells it, for a time estimate; None if it does not.

    Raises:
        MediaError: no such file, no audio track, or damaged.
    """
    with open_media(path) as container:
        stream = audio_stream(container)
        return None if stream is None else duration_s(stream)


class _Source:
    """Mono samples at the file's own rate, on the file's own clock.

    Attributes:
        rate: samples per second.
    """

    def __init__(self, container: InputContainer, path: str | Path) -> None:
        stream = audio_stream(container)
        if stream is None:
            raise MediaError("it has no audio track that can be read", where=path, do=_SPEECH)
        self._path = path
        self._frames = _frames(container, stream)
        self._first = next(self._frames, None)
        if self._first is None:
            raise MediaError(
                "its audio track is empty or cannot be decoded", where=path, do=_SPEECH
            )
        # HE-AAC and its like say half the rate in the header: believe the first frame.
        self.rate = self._first.sample_rate
        with_video = video_stream(container) is not None
        self._origin_s = origin_s(container) if with_video else start_s(stream)
        promised = duration_s(stream)
        lead_s = start_s(stream) - self._origin_s
        self._promised = None if promised is None else round((lead_s + promised) * self.rate)

    def __iter__(self) -> Iterator[Samples]:
        return _without_priming(self._on_clock(), self._promised)

    def _on_clock(self) -> Iterator[Samples]:
        position = 0
        frame = self._first
        while frame is not None:
            if frame.sample_rate != self.rate:
                raise MediaError(
                    "its sample rate changes on the way", where=self._path, do="convert it to WAV"
                )
            samples = _mono(frame)
            hole = self._hole(frame, position)
            if hole:
                yield np.zeros(hole, np.float32)
            if len(samples):
                yield samples
            position += hole + len(samples)
            frame = next(self._frames, None)

    def _hole(self, frame: AudioFrame, position: int) -> int:
        if frame.time is None:
            return 0
        ahead_s = frame.time - self._origin_s - position / self.rate
        shortest, longest = _GAP_S
        if position == 0:
            shortest = 0.5 / self.rate
        return round(ahead_s * self.rate) if shortest < ahead_s < longest else 0


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    try:
        for packet in container.demux(stream):
            try:
                yield from stream.decode(packet)
            except FFmpegError:
                continue  # a damaged packet: its time is filled with silence
    except FFmpegError:
        return  # the container is damaged from here on


def _mono(frame: AudioFrame) -> Samples:
    raw = frame.to_ndarray()
    channels = len(frame.layout.channels)
    if not frame.format.is_planar:
        raw = raw.reshape(-1, channels).T
    mono = raw.mean(axis=0, dtype=np.float64)
    if raw.dtype.kind != "f":
        full = 2.0 ** (8 * raw.dtype.itemsize - 1)
        mono = mono / full - (1.0 if raw.dtype.kind == "u" else 0.0)
    return np.asarray(np.clip(np.nan_to_num(mono), -1.0, 1.0), np.float32)


def _without_priming(chunks: Iterator[Samples], promised: int | None) -> Iterator[Samples]:
    """Drops what an encoder added past the promised end; a longer excess is real sound."""
    position, excess = 0, np.zeros(0, np.float32)
    for chunk in chunks:
        if promised is None or position + len(chunk) <= promised:
            yield chunk
        elif len(excess) <= _PRIMING:
            inside = max(promised - position, 0)
            if inside:
                yield chunk[:inside]
            excess = np.concatenate([excess, chunk[inside:]])
            if len(excess) > _PRIMING:
                yield excess
        else:
            yield chunk
        position += len(chunk)


def _resample(source: _Source, rate: int) -> Iterator[Samples]:
    if rate == source.rate:
        yield from source
        return
    stream = soxr.ResampleStream(source.rate, rate, 1, dtype="float32", quality="HQ")
    for chunk in source:
        yield np.clip(stream.resample_chunk(chunk), -1.0, 1.0)
    yield np.clip(stream.resample_chunk(np.zeros(0, np.float32), last=True), -1.0, 1.0)


def _in_blocks(chunks: Iterator[Samples], size: int) -> Iterator[Samples]:
    kept: list[Samples] = []
    count = 0
    for chunk in chunks:
        kept.append(chunk)
        count += len(chunk)
        if count < size:
            continue
        joined = np.concatenate(kept)
        whole = count - count % size
        for start in range(0, whole, size):
            yield joined[start : start + size].copy()
        kept, count = [joined[whole:]], count % size
    if count:
        yield np.concatenate(kept)
