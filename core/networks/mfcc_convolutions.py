"""Convolutions over windows of MFCC, seen as pictures of 28 x 12 (Yi et al.; Chen et al.)."""

from torch import nn

SHRUNK = 12 * 2
"""Places that are left of 28 x 12."""

DEEPEST = 8
"""Channels at the end, over those of the first convolution."""


def mfcc_convolutions(channels: int) -> nn.Sequential:
    """Five convolutions and two poolings: [N, 1, 28, 12] to [N, 8 x channels, 12, 2].

    Args:
        channels: of the first convolution, 64 as published.
    """
    return nn.Sequential(
        *_convolution(1, channels),
        *_convolution(channels, 2 * channels),
        nn.MaxPool2d(3, (1, 2)),
        *_convolution(2 * channels, 4 * channels),
        *_convolution(4 * channels, 4 * channels),
        *_convolution(4 * channels, DEEPEST * channels),
        nn.MaxPool2d(3, (2, 2)),
    )


def _convolution(before: int, after: int) -> list[nn.Module]:
    return [
        nn.Conv2d(before, after, 3, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    ]
