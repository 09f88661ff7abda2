"""Weights with SyncNet's names that hear loudness and see brightness, for tests of what reads them.

The published ones are the user's. These are zeros but for one path through each of both networks:
what comes out of the first is the energy of the sound, of the second the brightest level around
the mouth.
"""

from collections.abc import Sequence
from pathlib import Path

import attrs
import torch
from safetensors.torch import save_file
from torch import Tensor

PLACES = (0, 4, 8, 11, 14, 18)
"""Where the published lists have their convolutions; a batch norm follows each."""

SOUND = ((64, 3, 3), (192, 3, 3), (384, 3, 3), (256, 3, 3), (256, 3, 3), (512, 5, 4))
LIPS = ((96, 5, 7, 7), (256, 1, 5, 5), *[(256, 1, 3, 3)] * 3, (512, 1, 6, 6))
"""Channels and kernel of each."""

HEAD, WIDTH = 512, 1024
ABOVE = 40.0
"""Added to cepstra, so that rectifiers let them through."""

MOUTH = (0, 3, slice(2, 4))
"""Where the mouth is among the 6 x 6 places that the last convolution sees."""


@attrs.frozen
class Reading:
    """A line that what is heard or seen is read on.

    Attributes:
        slope: per unit.
        start: at 0.
    """

    slope: float
    start: float


def write_syncnet(path: Path, loud: Reading, bright: Reading) -> Path:
    """Weights of a SyncNet that compares loudness with brightness.

    Args:
        path: safetensors file.
        loud: of ABOVE + the logarithm of the energy of 0.2 s of 16-bit samples.
        bright: of the brightest level, 0 to 255, around the mouth, mean over five pictures.
    """
    tensors = {**_row("netcnnaud", 1, SOUND), **_row("netcnnlip", 3, LIPS)}
    tensors["netcnnaud.0.bias"][0] = ABOVE
    tensors["netcnnaud.18.weight"][0, 0, 0] = 1 / 4
    tensors["netcnnlip.0.weight"][0, :, :, 3, 3] = 1 / 15
    tensors["netcnnlip.18.weight"][(0, 0, *MOUTH)] = 1 / 2
    tensors |= {**_head("netfcaud", loud), **_head("netfclip", bright)}
    save_file(tensors, path)
    return path


def _row(name: str, before: int, layers: Sequence[tuple[int, ...]]) -> dict[str, Tensor]:
    """Convolutions whose first channel passes on the middle of the first channel before."""
    made = {}
    for place, (after, *kernel) in zip(PLACES, layers, strict=True):
        weight = torch.zeros(after, before, *kernel)
        if place != PLACES[-1]:
            weight[(0, 0, *(side // 2 for side in kernel))] = 1
        made[f"{name}.{place}.weight"] = weight
        made[f"{name}.{place}.bias"] = torch.zeros(after)
        made |= _norm(f"{name}.{place + 1}", after)
        before = after
    return made


def _norm(name: str, width: int) -> dict[str, Tensor]:
    """Batch norm that changes nothing."""
    values = {"weight": 1.0, "bias": 0.0, "running_mean": 0.0, "running_var": 1.0}
    return {f"{name}.{kind}": torch.full((width,), value) for kind, value in values.items()}


def _head(name: str, reading: Reading) -> dict[str, Tensor]:
    first, last = torch.zeros(HEAD, HEAD), torch.zeros(WIDTH, HEAD)
    bias = torch.zeros(WIDTH)
    first[0, 0], last[0, 0], bias[0] = 1, reading.slope, reading.start
    named = {"0.weight": first, "0.bias": torch.zeros(HEAD), "3.weight": last, "3.bias": bias}
    return {**{f"{name}.{key}": value for key, value in named.items()}, **_norm(f"{name}.1", HEAD)}
