"""Holds sound back until the picture it belongs to is there, so both end together."""

from collections import deque
from fractions import Fraction

import numpy as np
import soxr
from numpy.typing import NDArray

from visemix.core.errors import InvalidValue
from visemix.core.values.audio import Audio

Samples = NDArray[np.float32]

AAC_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000)
"""Sample rates that AAC can store, Hz."""


def stored_rate(rate: int) -> int:
    """The rate at which sound of ``rate`` is stored: itself if AAC has it, else 48 kHz."""
    return rate if rate in AAC_RATES else 48000


class AudioTrack:
    """Sound on its way to the encoder.

    Args:
        rate: samples per second of what comes in.
        fps: frames per second of the picture.

    Attributes:
        rate: samples per second of what goes out.
    """

    def __init__(self, rate: int, fps: Fraction) -> None:
        self.rate = stored_rate(rate)
        self._rate_in = rate
        self._fps = fps
        self._pending: deque[Samples] = deque()
        self._out = 0
        self._resampler = (
            None
            if self.rate == rate
            else soxr.ResampleStream(rate, self.rate, 1, dtype="float32", quality="HQ")
        )

    def add(self, audio: Audio) -> None:
        """Takes the next block.

        Raises:
            InvalidValue: its rate is not the track's.
        """
        if audio.rate != self._rate_in:
            raise InvalidValue(
                f"expected {self._rate_in} Hz, got {audio.rate} Hz", where="VideoWriter.write_audio"
            )
        samples = audio.samples.detach().cpu().numpy().copy()
        self._take(samples if self._resampler is None else self._resample(samples, last=False))

    def due(self, frames: int, last: bool) -> list[Samples]:
        """What belongs to the first ``frames`` frames and was not given out yet.

        Args:
            frames: frames written so far.
            last: no more will come: fill up with silence, drop what is over.
        """
        if last and self._resampler is not None:
            self._take(self._resample(np.zeros(0, np.float32), last=True))
        wanted = round(frames * self.rate / self._fps) - self._out
        given = []
        while wanted > 0 and self._pending:
            block = self._pending.popleft()
            if len(block) > wanted:
                self._pending.appendleft(block[wanted:])
                block = block[:wanted]
            given.append(block)
            wanted -= len(block)
            self._out += len(block)
        if last and wanted > 0:
            given.append(np.zeros(wanted, np.float32))
        return given

    def _resample(self, samples: Samples, last: bool) -> Samples:
        assert self._resampler is not None
        return np.asarray(self._resampler.resample_chunk(samples, last=last), np.float32)

    def _take(self, samples: Samples) -> None:
        if len(samples):
            self._pending.append(samples)
