from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np
import pytest
import torch
from torch import Tensor

from visemix.core.judging.case import Case, Take
from visemix.core.testing.control_cases import sample_controls
from visemix.core.testing.syncnet_file import Reading, write_syncnet
from visemix.core.timeline import pick
from visemix.core.values.audio import Audio
from visemix.core.values.subject import Picture

FRAMES = 44
QUIET, LOUD = 0.002, 0.2
"""Levels of the noise that is heard."""

HEARD = (13.3, 9.2)
"""Logarithm of the energy of 25 ms of QUIET noise in 16-bit levels, and how much more LOUD has."""


class Flashes:
    """Pictures of one grey each."""

    height, width = 160, 192

    def __init__(self, levels: list[int]) -> None:
        self._levels = levels

    def __len__(self) -> int:
        return len(self._levels)

    def __getitem__(self, index: int) -> Picture:
        return np.full((self.height, self.width, 3), self._levels[index], np.uint8)


def flags(count: int) -> Tensor:
    """[T] bool: on and off for 2 to 5 frames each, never the same twice."""
    random = np.random.default_rng(8)
    runs = [np.full(random.integers(2, 6), k % 2 == 0) for k in range(count)]
    return torch.from_numpy(np.concatenate(runs)[:count])


@pytest.fixture(scope="session")
def controls() -> dict[str, Case]:
    return sample_controls()


Flashing = Callable[[int], Take]


@pytest.fixture(scope="session")
def flashing(controls: dict[str, Case]) -> Flashing:
    """Frames of late sound -> a take that is bright where its sound is loud, that much earlier."""
    real = controls["ground-truth"].real
    assert real.track is not None
    on = flags(FRAMES)
    track = pick(real.track, torch.zeros(FRAMES, dtype=torch.long))
    noise = 2 * torch.rand(FRAMES * 640, generator=torch.Generator().manual_seed(1)) - 1

    def late_by(frames: int) -> Take:
        loud = torch.where(on.roll(frames), LOUD, QUIET).repeat_interleave(640)
        pictures = Flashes([200 if bright else 50 for bright in on.tolist()])
        sound = Audio((noise * loud).contiguous(), 16_000)
        return attrs.evolve(real, frames=pictures, track=track, audio=sound)

    return late_by


@pytest.fixture(scope="session")
def syncnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hears quiet as 0 and loud as 10; sees dark as 0 and bright as 10."""
    quiet, more = 40 + HEARD[0], HEARD[1]
    loud = Reading(10 / more, -10 * quiet / more)
    bright = Reading(10 / 150, -10 * 50 / 150)
    return write_syncnet(tmp_path_factory.mktemp("syncnet") / "s.safetensors", loud, bright)
