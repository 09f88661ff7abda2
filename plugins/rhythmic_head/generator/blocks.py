"""The layers that everything is made of."""

from torch import Tensor, nn
from torch.nn import functional

from visemix.core.networks.initial_weights import initialise
from visemix.core.networks.instance_norm import InstanceNorm

SLOPE = 0.2
"""Of the leaky ReLUs (released code)."""


def conv(before: int, after: int, kernel: int = 3, stride: int = 1) -> nn.Module:
    """A convolution whose weights have spectral norm 1; it keeps the size, or halves it."""
    layer = nn.Conv2d(before, after, kernel, stride, kernel // 2)
    initialise(layer)
    return nn.utils.parametrizations.spectral_norm(layer)


def normalisation(channels: int, norm: str, affine: bool = True) -> nn.Module:
    """Batch norm (shared by all processes in training) or instance norm."""
    return nn.BatchNorm2d(channels, affine=affine) if norm == "batch" else InstanceNorm()


def block(before: int, after: int, norm: str, stride: int = 1) -> nn.Sequential:
    """Convolution, norm, leaky ReLU."""
    return nn.Sequential(
        conv(before, after, stride=stride), normalisation(after, norm), nn.LeakyReLU(SLOPE)
    )


class Doubling(nn.Module):
    """Twice the size: transposed convolution (paper), or nearest neighbours and a convolution.

    Args:
        before: channels.
        after: channels.
        transposed: which of the two.
    """

    def __init__(self, before: int, after: int, transposed: bool) -> None:
        super().__init__()
        self._transposed = transposed
        if transposed:
            layer = nn.ConvTranspose2d(before, after, 4, 2, 1)
            initialise(layer)
            self.layer: nn.Module = nn.utils.parametrizations.spectral_norm(layer)
        else:
            self.layer = conv(before, after)

    def forward(self, values: Tensor) -> Tensor:
        """[B, C, h, w] to [B, C', 2h, 2w]."""
        made: Tensor = self.layer(values if self._transposed else doubled(values))
        return made


class Residual(nn.Module):
    """Two convolutions, added to what they were made from.

    Args:
        channels: before and after.
        norm: of the block.
    """

    def __init__(self, channels: int, norm: str) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            block(channels, channels, norm), conv(channels, channels), normalisation(channels, norm)
        )

    def forward(self, values: Tensor) -> Tensor:
        """The same shape."""
        made: Tensor = values + self.layers(values)
        return made


def doubled(values: Tensor) -> Tensor:
    """Every pixel four times."""
    return functional.interpolate(values, scale_factor=2.0, mode="nearest")


def padded(picture: Tensor, multiple: int) -> Tensor:
    """[..., C, H, W] with its right and lower rim repeated until the size is a multiple."""
    height, width = picture.shape[-2:]
    below, right = -height % multiple, -width % multiple
    if not below and not right:
        return picture
    flat = picture.reshape(-1, *picture.shape[-3:])
    wider = functional.pad(flat, (0, right, 0, below), mode="replicate")
    return wider.reshape(*picture.shape[:-2], *wider.shape[-2:])


def folded(values: Tensor) -> Tensor:
    """[B, K, ...] as [B K, ...]."""
    return values.flatten(0, 1)


def unfolded(values: Tensor, count: int) -> Tensor:
    """[B K, ...] as [B, K, ...].

    >>> import torch
    >>> unfolded(torch.zeros(6, 2), 3).shape
    torch.Size([2, 3, 2])
    """
    return values.reshape(-1, count, *values.shape[1:])
