"""The first layers of both learners: the sound around a frame to numbers."""

from itertools import pairwise

import attrs
import torch
from torch import Tensor, nn
from torch.nn import functional

RAW = "raw"
SLOPE = 0.3
"""Of leaky ReLUs (released code)."""


@attrs.frozen
class Sound:
    """What is heard of one frame.

    Attributes:
        rows: R; published: 7 chunks of 40 ms.
        width: D numbers in each; published: 640 samples at 16 kHz, or 2000 at 50 kHz.
        raw: whether the rows are the waveform itself.
        narrow: numbers that a row of features is reduced to; raw sound is not.
        noise: standard deviation of noise on standardised features in training.
        deaf: share of them that is dropped in training.
    """

    rows: int = 7
    width: int = 640
    raw: bool = True
    narrow: int = 64
    noise: float = 0.0
    deaf: float = 0.0


class ChunkPicture(nn.Module):
    """Φ's: chunks as a picture, [N, R, D] to [N, 16 (R - 4) (D - 4)] (C.2.2).

    30,528 numbers for 7 x 640, 95,808 for 7 x 2000.

    Args:
        sound: R and D.
    """

    def __init__(self, sound: Sound) -> None:
        super().__init__()
        self.width = 16 * (sound.rows - 4) * (sound.width - 4)
        self.layers = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 16, 3))

    def forward(self, heard: Tensor) -> Tensor:
        """See the class."""
        numbers: Tensor = self.layers(heard[:, None]).flatten(1)
        return numbers


class Waveform(nn.Module):
    """Ψ's: one-dimensional convolutions over all chunks in a row (C.2.1).

    Args:
        sound: R and D.
        channels: of the last convolution; published: 256, after 64 and 128.
    """

    def __init__(self, sound: Sound, channels: int = 256) -> None:
        super().__init__()
        sizes = [1, max(channels // 4, 1), max(channels // 2, 1), channels]
        layers: list[nn.Module] = []
        length = sound.rows * sound.width
        for before, after in pairwise(sizes):
            layers += [nn.Conv1d(before, after, 21, 2, bias=False), nn.BatchNorm1d(after)]
            layers += [nn.LeakyReLU(SLOPE)]
            length = (length - 21) // 2 + 1
        self.width = channels * length
        self.layers = nn.Sequential(*layers)

    def forward(self, heard: Tensor) -> Tensor:
        """[N, R, D] to [N, width]."""
        numbers: Tensor = self.layers(heard.flatten(1)[:, None]).flatten(1)
        return numbers


class Projection(nn.Module):
    """Features of any kind: standardised, then every row reduced, [N, R, D] to [N, R narrow].

    Args:
        sound: R, D, and what disturbs the features in training.
    """

    def __init__(self, sound: Sound) -> None:
        super().__init__()
        self._noise, self._deaf = sound.noise, sound.deaf
        self.width = sound.rows * sound.narrow
        self.scale = nn.BatchNorm1d(sound.width, affine=False)
        self.reduce = nn.Linear(sound.width, sound.narrow)

    def forward(self, heard: Tensor) -> Tensor:
        """See the class."""
        scaled = self.scale(heard.flatten(0, 1)).reshape(heard.shape)
        if self.training and self._noise:
            scaled = scaled + self._noise * torch.randn_like(scaled)
        scaled = functional.dropout(scaled, self._deaf, self.training)
        return functional.leaky_relu(self.reduce(scaled), SLOPE).flatten(1)


def hanning(taps: int) -> Tensor:
    """[taps] float32 that sum to 1; the window's zeros at both ends are left out."""
    window = torch.hann_window(taps + 2, periodic=False)[1:-1]
    return window / window.sum()


def smoothed(values: Tensor, taps: int) -> Tensor:
    """[B, T, C] with a Hanning window over time; ends are repeated.

    >>> [round(value, 4) for value in smoothed(torch.ones(1, 3, 1), 11).flatten().tolist()]
    [1.0, 1.0, 1.0]
    """
    if taps == 1:
        return values
    half, channels = taps // 2, values.shape[2]
    kernel = hanning(taps).to(values).expand(channels, 1, -1)
    padded = functional.pad(values.mT, (half, half), mode="replicate")
    return functional.conv1d(padded, kernel, groups=channels).mT
