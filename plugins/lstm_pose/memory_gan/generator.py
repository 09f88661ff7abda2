"""The generator: a U-Net with identity in its normalisation, and two heads (Yi et al., eq. 3)."""

import math
from typing import NamedTuple

import attrs
import torch
from torch import Tensor, nn
from torch.nn import functional

from visemix.core.errors import InvalidValue
from visemix.core.networks.initial_weights import initialise
from visemix.plugins.lstm_pose.memory_gan.styles import Styles, adain

SLOPE = 0.2
WIDEST = 8
"""Channels grow up to this times the first layer's."""

MOST_LEVELS = 8
HEAD_KERNEL = 7
FRAMES = 3
"""Renders that it sees: two before, and the one to refine."""


@attrs.frozen
class Size:
    """Of a generator; the defaults are those of the released code but for ``hidden`` (9,984).

    Attributes:
        side: of the pictures, px, a power of two of at least 16.
        width: channels of the first layer.
        identity: numbers of an identity feature, 0 for none.
        hidden: width of the perceptron that turns it into AdaIN parameters.
        dropout: of the innermost layers.

    Raises:
        InvalidValue: another side.
    """

    side: int = 256
    width: int = 64
    identity: int = 512
    hidden: int = 512
    dropout: float = 0.5

    def __attrs_post_init__(self) -> None:
        if self.side < 16 or self.side & (self.side - 1):
            what = f"expected a power of two of at least 16 px, got {self.side}"
            raise InvalidValue(what, where="size", do="use 64, 128, 256 or 512")

    @property
    def levels(self) -> int:
        """How often the picture is halved: down to one pixel, at most eight times."""
        return min(int(math.log2(self.side)), MOST_LEVELS)

    @property
    def channels(self) -> list[int]:
        """Of the layers on the way down."""
        return [self.width * min(2**level, WIDEST) for level in range(self.levels)]

    @property
    def dropped(self) -> int:
        """Layers on the way up that have dropout: three of eight levels, as in pix2pix."""
        return max(self.levels - 5, 0)


class Painted(NamedTuple):
    """What the generator makes, all in the size of its input; a tuple, so that it compiles.

    Attributes:
        picture: [B, 3, H, W] in [-1, 1], the refined frame o = A r + (1 - A) C (eq. 3).
        attention: [B, 1, H, W] in [0, 1], A: how much of the render is kept.
        colour: [B, 3, H, W] in [-1, 1], C.
    """

    picture: Tensor
    attention: Tensor
    colour: Tensor


class Generator(nn.Module):
    """Windows of three renders and an identity to a frame; 259 M parameters as released.

    Args:
        size: of it.
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        down = size.channels
        up = [*reversed(down[:-1]), size.width]
        entries = [down[-1], *(2 * c for c in up[:-1])]  # what comes up and what was kept
        self.down = nn.ModuleList(
            nn.Conv2d(before, after, 4, 2, 1)
            for before, after in zip([3 * FRAMES, *down], down, strict=False)
        )
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(before, after, 4, 2, 1)
            for before, after in zip(entries, up, strict=True)
        )
        self.colour = nn.Conv2d(size.width, 3, HEAD_KERNEL)
        self.attention = nn.Conv2d(size.width, 1, HEAD_KERNEL)
        initialise(self)
        self.styles = Styles(size.identity, size.hidden, [*down[1:-1], *up])

    def forward(self, window: Tensor, identity: Tensor) -> Painted:
        """Refine the last render of a window.

        Args:
            window: [B, 9, H, W] in [-1, 1], renders t-2, t-1, t over their backgrounds.
            identity: [B, D], D = 0 where the network knows no identity.
        """
        styles = iter(self.styles(identity))
        kept = [self.down[0](window)]
        for place, layer in enumerate(self.down[1:], 1):
            made = layer(functional.leaky_relu(kept[-1], SLOPE))
            innermost = place == len(self.down) - 1
            kept.append(made if innermost else adain(made, next(styles)))
        made = kept.pop()
        for place, layer in enumerate(self.up):
            made = adain(layer(functional.relu(made)), next(styles))
            if place < self.size.dropped:
                made = functional.dropout(made, self.size.dropout, self.training)
            if kept:
                made = torch.cat((made, kept.pop()), 1)
        return self._paint(functional.relu(made), window[:, -3:])

    def _paint(self, made: Tensor, render: Tensor) -> Painted:
        rim = HEAD_KERNEL // 2
        padded = functional.pad(made, (rim, rim, rim, rim), mode="reflect")
        colour = torch.tanh(self.colour(padded))
        attention = torch.sigmoid(self.attention(padded))
        return Painted(attention * render + (1 - attention) * colour, attention, colour)
