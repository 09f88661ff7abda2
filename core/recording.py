"""The sound of one video: as much of a file as is wanted, for the features and for the result."""

from collections.abc import Iterator
from pathlib import Path

import attrs
import torch

from visemix.core.media.audio_in import audio_blocks, sound_seconds
from visemix.core.values.audio import Audio

BLOCK_S = 1.0
"""Seconds of sound that are read and passed on at once."""


@attrs.frozen
class Recording:
    """A sound file, or its beginning.

    Attributes:
        path: the file.
        seconds: length limit, None for all.
    """

    path: Path
    seconds: float | None = None

    def blocks(self, rate: int | None) -> Iterator[Audio]:
        """The sound in blocks of a second; ``rate`` in Hz, None for the file's own.

        Raises:
            MediaError: it cannot be read, or there is no sound in it.
        """
        blocks = audio_blocks(self.path, rate, BLOCK_S)
        return blocks if self.seconds is None else _limited(blocks, self.seconds)

    def expected_s(self) -> float | None:
        """Its length in seconds as far as it is known before reading it."""
        known = [s for s in (sound_seconds(self.path), self.seconds) if s is not None]
        return min(known, default=None)


class Pieces:
    """Gives sound piece by piece, as far as the pictures have come; then silence.

    Args:
        blocks: the sound, at ``rate``.
        rate: Hz.
    """

    def __init__(self, blocks: Iterator[Audio], rate: int) -> None:
        self._blocks = blocks
        self._rate = rate
        self._held = torch.zeros(0)
        self._given = 0

    def until(self, seconds: float) -> Audio:
        """What was not given yet of the first ``seconds``."""
        count = round(seconds * self._rate) - self._given
        while len(self._held) < count and (block := next(self._blocks, None)) is not None:
            self._held = torch.cat((self._held, block.samples))
        piece, self._held = self._held[:count], self._held[count:]
        self._given += count
        silence = torch.zeros(count - len(piece))
        return Audio(torch.cat((piece, silence)), self._rate)


def _limited(blocks: Iterator[Audio], seconds: float) -> Iterator[Audio]:
    given = 0
    for block in blocks:
        left = round(seconds * block.rate) - given
        if left <= 0:
            return
        yield Audio(block.samples[:left], block.rate)
        given += len(block.samples)
