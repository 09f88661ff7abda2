"""The rendering-to-video generator: pix2pixHD with a local enhancer (Wang et al., 2018).

A global branch works on half the resolution; its features are added to those of a local branch.
"""

from itertools import pairwise

import attrs
import torch
from torch import Tensor, nn
from torch.nn import functional

from visemix.core.errors import InvalidValue
from visemix.core.networks.initial_weights import initialise
from visemix.core.networks.instance_norm import InstanceNorm

COLOURS = 3


@attrs.frozen
class RenderSize:
    """How the generator is built.

    Attributes:
        width: channels of the global branch's first layer; the local one has half as many.
        downs: halvings of the global branch, each with twice the channels.
        blocks: residual blocks between them and the doublings back.
        local_blocks: residual blocks of the local branch.
    """

    width: int = 64
    downs: int = 4
    blocks: int = 4
    local_blocks: int = 3

    @property
    def multiple(self) -> int:
        """Sides that the network works on are multiples of this, px."""
        return 1 << (self.downs + 1)


class RenderToVideo(nn.Module):
    """Stacked renders [B, C, H, W] in [-1, 1] to a picture [B, 3, H, W] in [-1, 1].

    Sides that are no multiple of ``RenderSize.multiple`` are extended by their last pixels and
    cut off again.

    Args:
        channels: of the stack; 30 (ten frames without eye attention) gives 88,446,755 parameters.
        size: how it is built.
    """

    def __init__(self, channels: int, size: RenderSize) -> None:
        super().__init__()
        self._multiple = size.multiple
        local = size.width // 2
        self.halve = nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)
        self.overview = _global_branch(channels, size)
        self.detail = nn.Sequential(
            *_wide(channels, local), *_normalised(_down(local, size.width), size.width)
        )
        self.finish = nn.Sequential(
            *(Residual(size.width) for _ in range(size.local_blocks)),
            *_normalised(_up(size.width, local), local),
            nn.Conv2d(local, COLOURS, 7, padding=3, padding_mode="reflect"),
        )
        initialise(self)

    def forward(self, stack: Tensor) -> Tensor:
        """See the class.

        Raises:
            InvalidValue: the pictures are smaller than two pixels after all halvings.
        """
        height, width = stack.shape[-2:]
        if min(height, width) < 2 * self._multiple:
            what = f"the generator needs {2 * self._multiple} px, the render is {height} x {width}"
            raise InvalidValue(what, do="use a larger crop, or fewer downs")
        more = [-side % self._multiple for side in (width, height)]
        if any(more):
            stack = functional.pad(stack, (0, more[0], 0, more[1]), mode="replicate")
        features = self.detail(stack) + self.overview(self.halve(stack))
        made: Tensor = self.finish(features)
        return torch.tanh(made[..., :height, :width])


class Residual(nn.Module):
    """Two convolutions, added to their input.

    Args:
        channels: in and out.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        conv = [
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect") for _ in range(2)
        ]
        norm = [InstanceNorm() for _ in range(2)]
        self.layers = nn.Sequential(conv[0], norm[0], nn.ReLU(), conv[1], norm[1])

    def forward(self, values: Tensor) -> Tensor:
        """[B, C, H, W]."""
        made: Tensor = self.layers(values)
        return values + made


def _global_branch(channels: int, size: RenderSize) -> nn.Sequential:
    widths = [size.width * 2**k for k in range(size.downs + 1)]
    layers = _wide(channels, widths[0])
    for before, after in pairwise(widths):
        layers += _normalised(_down(before, after), after)
    layers += [Residual(widths[-1]) for _ in range(size.blocks)]
    for before, after in pairwise(reversed(widths)):
        layers += _normalised(_up(before, after), after)
    return nn.Sequential(*layers)


def _wide(before: int, after: int) -> list[nn.Module]:
    conv = nn.Conv2d(before, after, 7, padding=3, padding_mode="reflect")
    return _normalised(conv, after)


def _down(before: int, after: int) -> nn.Module:
    return nn.Conv2d(before, after, 3, stride=2, padding=1)


def _up(before: int, after: int) -> nn.Module:
    return nn.ConvTranspose2d(before, after, 3, stride=2, padding=1, output_padding=1)


def _normalised(conv: nn.Module, channels: int) -> list[nn.Module]:
    return [conv, InstanceNorm(), nn.ReLU()]
