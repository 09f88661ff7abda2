from collections.abc import Callable

import pytest
import torch

from visemix.core.values.audio import Audio

Sound = Callable[..., Audio]
Pieces = Callable[[Audio, int], list[Audio]]


@pytest.fixture
def clicks() -> Sound:
    """Short clicks at given times in faint noise (a network that normalises needs some sound)."""

    def make(times_s: list[float], seconds: float, rate: int = 16000, floor: float = 0.0) -> Audio:
        generator = torch.Generator().manual_seed(0)
        samples = floor * torch.randn(round(seconds * rate), generator=generator).clamp(-3, 3)
        for time in times_s:
            samples[round(time * rate)] = 1.0
        return Audio(samples, rate)

    return make


@pytest.fixture
def pieces() -> Pieces:
    """A clip in pieces of so many samples."""

    def cut(audio: Audio, size: int) -> list[Audio]:
        starts = range(0, len(audio.samples), size)
        return [Audio(audio.samples[start : start + size], audio.rate) for start in starts]

    return cut
