"""A U-Net over time (A.2.1, step 4)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

LEVELS = 5


class TimeUnet(nn.Module):
    """[B, C, T] to [B, C, T] in (-1, 1); T is a multiple of 32.

    Five halvings. Convolutions that a batch norm follows have no bias.

    Args:
        channels: C; the three inner levels have twice as many.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        narrow, wide = channels, 2 * channels
        sizes = [narrow, narrow, wide, wide, wide]
        befores = [narrow, *sizes[:-1]]
        self.downs = nn.ModuleList(
            _Down(before, size, normed=0 < level < LEVELS - 1)
            for level, (before, size) in enumerate(zip(befores, sizes, strict=True))
        )
        self.ups = nn.ModuleList(
            _Up(size if level == LEVELS - 1 else 2 * size, before, last=level == 0)
            for level, (before, size) in enumerate(zip(befores, sizes, strict=True))
        )

    def forward(self, values: Tensor) -> Tensor:
        """See the class."""
        kept = []
        for level, down in enumerate(self.downs):
            values = down(values if level == 0 else functional.leaky_relu(values, 0.2))
            kept.append(values)
        made = kept.pop()
        for up in reversed(self.ups):
            made = up(made)
            if kept:
                made = torch.cat((kept.pop(), made), 1)
        return made.tanh()


class _Down(nn.Module):
    def __init__(self, before: int, after: int, normed: bool) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(before, after, 4, 2, 1, bias=False)
        self.norm = nn.BatchNorm1d(after) if normed else nn.Identity()

    def forward(self, values: Tensor) -> Tensor:
        normed: Tensor = self.norm(self.convolution(values))
        return normed


class _Up(nn.Module):
    def __init__(self, before: int, after: int, last: bool) -> None:
        super().__init__()
        self.convolution = nn.ConvTranspose1d(before, after, 4, 2, 1, bias=last)
        self.norm = nn.Identity() if last else nn.BatchNorm1d(after)

    def forward(self, values: Tensor) -> Tensor:
        normed: Tensor = self.norm(self.convolution(values.relu()))
        return normed
