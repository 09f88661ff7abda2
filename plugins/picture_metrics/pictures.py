"""Pictures of takes as tensors, a batch at a time."""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from visemix.core.judging.case import Case, Take
from visemix.core.values.subject import Picture

BATCH = 16
"""Pictures that are held at once."""


def pairs(case: Case) -> Iterator[tuple[Tensor, Tensor]]:
    """Made and true pictures of the same frames, [B, 3, H, W] uint8 each; the shorter decides."""
    both = zip(case.made.pictures(), case.real.pictures(), strict=False)
    while batch := list(itertools.islice(both, BATCH)):
        made, real = zip(*batch, strict=True)
        yield stacked(made), stacked(real)


def some(take: Take, frames: int, every: int) -> Iterator[Tensor]:
    """Pictures [B, 3, H, W] uint8 of the frames 0, ``every``, ... below ``frames``."""
    chosen = itertools.islice(take.pictures(), 0, frames, every)
    while batch := list(itertools.islice(chosen, BATCH)):
        yield stacked(batch)


def stacked(pictures: Sequence[Picture]) -> Tensor:
    """[B, 3, H, W] uint8."""
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)


def common(case: Case) -> int:
    """Frames that both takes have."""
    return min(len(case.made.frames), len(case.real.frames))


def size(take: Take) -> str:
    """The size of its pictures, which belongs to every figure of them."""
    return f"{take.crop.width} x {take.crop.height} px"
