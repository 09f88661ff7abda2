"""Sound, in pieces of any length and at any rate, through an AudioEncoder, block by block.

Blocks are anchored at frame 0 and the resampler keeps its own state, so the calls are the same
however the sound is cut: a stream gives the same features as a file. Outside the clip is silence.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

import attrs
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.interfaces import AudioEncoder
from visemix.core.timeline import cut, join, length
from visemix.core.values.audio import Audio
from visemix.core.values.features import AudioFeatures
from visemix.core.windows import Window


def encode_stream(encoder: AudioEncoder, chunks: Iterable[Audio]) -> Iterator[AudioFeatures]:
    """Features of a whole clip, one block after the other.

    Args:
        encoder: gets ``encoder.window`` at a time; the frames of context are cut off again.
        chunks: the clip in order, all at one rate; their lengths do not matter.

    Yields:
        Blocks that together have round(duration * fps) frames, at least one. Memory does not grow
        with the length of the clip.

    Raises:
        InvalidValue: no sound at all, a rate that changes, or an encoder that returns another
            number of frames than it was asked for.
    """
    blocks = SoundBlocks(encoder.rate, encoder.fps, encoder.window)
    for chunk in chunks:
        yield from (_encode(encoder, block) for block in blocks.push(chunk))
    yield from (_encode(encoder, block) for block in blocks.finish())


def encode_clip(encoder: AudioEncoder, audio: Audio) -> AudioFeatures:
    """All features of a clip that is in memory; equal to ``encode_stream``, joined."""
    return join(list(encode_stream(encoder, [audio])))


def _encode(encoder: AudioEncoder, block: "SoundBlock") -> AudioFeatures:
    features = encoder.encode(block.audio)
    expected = encoder.window.past + block.count + encoder.window.future
    if length(features) != expected:
        where = f"{type(encoder).__name__}.encode"
        raise InvalidValue(f"expected {expected} frames, got {length(features)}", where=where)
    return cut(features, encoder.window.past, encoder.window.past + block.count)


@attrs.frozen(eq=False)
class SoundBlock:
    """The sound of one call of an encoder.

    Attributes:
        audio: past + count + future frames of sound.
        count: frames to keep, the middle ones.
    """

    audio: Audio
    count: int


class SoundBlocks:
    """Cuts a stream of sound into the windows of an encoder.

    Args:
        rate: of the blocks, Hz.
        fps: frames per second; frame k starts at sample round(k * rate / fps).
        window: in frames.

    >>> blocks = SoundBlocks(16000, 25.0, Window(block=10, past=2, future=1))
    >>> sound = Audio(torch.zeros(16000), rate=16000)
    >>> [(b.count, len(b.audio.samples) // 640) for b in (*blocks.push(sound), *blocks.finish())]
    [(10, 13), (10, 13), (5, 8)]
    """

    def __init__(self, rate: int, fps: float, window: Window) -> None:
        self._rate, self._fps, self._window = rate, fps, window
        self._resampler: _Resampler | None = None
        self._taken = 0  # samples of input
        self._parts: list[Tensor] = []  # joined when a block is made, not at every push
        self._held_from = 0  # sample number of the first held one; before it nothing is needed
        self._end = 0  # sample number after the last one held
        self._next = 0  # first frame not yet made

    def push(self, audio: Audio) -> Iterator[SoundBlock]:
        """Take more sound; give the blocks that are complete, with their future."""
        if self._resampler is None:
            self._resampler = _resampler(audio.rate, self._rate)
        if audio.rate != self._resampler.rate:
            raise InvalidValue(
                f"the sound changes from {self._resampler.rate} to {audio.rate} Hz",
                do="resample it to one rate first",
            )
        self._taken += len(audio.samples)
        self._hold(self._resampler.take(audio.samples))
        window = self._window
        while self._end >= self._sample(self._next + window.block + window.future):
            yield self._make(window.block)

    def finish(self) -> Iterator[SoundBlock]:
        """The sound has ended; give the rest."""
        if self._resampler is None or self._taken == 0:
            raise InvalidValue("the sound is empty", do="give at least one sample")
        self._hold(self._resampler.rest())
        frames = max(1, int(self._taken * self._fps / self._resampler.rate + 0.5))
        while self._next < frames:
            yield self._make(min(self._window.block, frames - self._next))

    def _sample(self, frame: int) -> int:
        return int(frame * self._rate / self._fps + 0.5)

    def _hold(self, samples: Tensor) -> None:
        self._parts.append(samples)
        self._end += len(samples)

    def _make(self, count: int) -> SoundBlock:
        held = torch.cat(self._parts)
        before, total = self._sample(self._window.past), self._window.total
        total -= self._window.block - count
        start = self._sample(self._next) - before - self._held_from
        block = _slice(held, start, start + self._sample(total))
        self._next += count
        keep = min(max(self._sample(self._next) - before - self._held_from, 0), len(held))
        self._parts = [held[keep:].clone()]  # a view would keep all of it alive
        self._held_from += keep
        return SoundBlock(Audio(block, self._rate), count)


def _slice(samples: Tensor, start: int, stop: int) -> Tensor:
    """``samples[start:stop]`` with zeros wherever that is outside."""
    inside = samples[max(start, 0) : max(stop, 0)]
    left = min(max(-start, 0), stop - start)
    right = stop - start - left - len(inside)
    return torch.nn.functional.pad(inside, (left, right))


class _Resampler(Protocol):
    rate: int  # of the input

    def take(self, samples: Tensor) -> Tensor: ...

    def rest(self) -> Tensor: ...


class _AsItIs:
    """The input has the right rate already."""

    def __init__(self, rate: int) -> None:
        self.rate = rate

    def take(self, samples: Tensor) -> Tensor:
        return samples.cpu()

    def rest(self) -> Tensor:
        return torch.zeros(0)


class _Soxr:
    """Sample-exact whatever the chunks: soxr's stream does not look at where they end."""

    def __init__(self, rate: int, wanted: int) -> None:
        import soxr  # not needed, and maybe not there, where only prepared features are read

        self.rate = rate
        self._stream = soxr.ResampleStream(rate, wanted, 1, dtype="float32", quality="HQ")

    def take(self, samples: Tensor) -> Tensor:
        return self._resample(samples.cpu().numpy(), last=False)

    def rest(self) -> Tensor:
        return self._resample(np.zeros(0, np.float32), last=True)

    def _resample(self, samples: NDArray[np.float32], last: bool) -> Tensor:
        made = self._stream.resample_chunk(np.ascontiguousarray(samples), last=last)
        return torch.from_numpy(made.copy()).clamp_(-1, 1)  # the filter may overshoot


def _resampler(rate: int, wanted: int) -> _Resampler:
    return _AsItIs(rate) if rate == wanted else _Soxr(rate, wanted)
