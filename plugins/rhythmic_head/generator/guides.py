"""Encoders whose features, level by level, guide the decoder (phi in the paper)."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

from visemix.plugins.rhythmic_head.generator.blocks import SLOPE, block
from visemix.plugins.rhythmic_head.generator.fusion import Kernels, applied
from visemix.plugins.rhythmic_head.generator.size import Size

WARPED = 4
"""Channels of a warped picture with its weight."""


class Guide(nn.Module):
    """A picture's features at levels 0 to D.

    Args:
        channels: of the picture.
        size: of the generator.
        levels: how many are needed.
    """

    def __init__(self, channels: int, size: Size, levels: int) -> None:
        super().__init__()
        widths = [channels, *(size.channels(level) for level in range(levels))]
        self.levels = nn.ModuleList(
            block(before, after, size.norm, stride=2 if level else 1)
            for level, (before, after) in enumerate(pairwise(widths))
        )

    def forward(self, picture: Tensor) -> list[Tensor]:
        """Of [B, C, H, W], the finest first."""
        made: list[Tensor] = []
        for layer in self.levels:
            made.append(layer(made[-1] if made else picture))
        return made


class LandmarkGuide(Guide):
    """The same of the wanted edge map, with generated weights theta_S at the shallow levels.

    They follow the fixed convolution of their level, which halves the size, and add to it.

    Args:
        size: of the generator.
    """

    def __init__(self, size: Size) -> None:
        super().__init__(1, size, size.downs + 1)

    def forward(
        self, picture: Tensor, kernels: Mapping[int, Kernels] | None = None
    ) -> list[Tensor]:
        """Of [B, 1, H, W], the finest first."""
        made: list[Tensor] = []
        for level, layer in enumerate(self.levels):
            values = layer(made[-1] if made else picture)
            if kernels and level in kernels:
                generated = applied(kernels[level].embedding, values)
                values = functional.leaky_relu(values + generated, SLOPE)
            made.append(values)
        return made


Guides = Sequence[Tensor]
"""Features of one level: of the landmarks, then of whatever else guides it."""
