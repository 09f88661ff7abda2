"""The decoder G, from the embedding to the picture (C.2.6)."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from visemix.core.networks.initial_weights import initialise
from visemix.plugins.rhythmic_head.generator.blocks import SLOPE, Doubling
from visemix.plugins.rhythmic_head.generator.fusion import Kernels
from visemix.plugins.rhythmic_head.generator.size import Size, Switches
from visemix.plugins.rhythmic_head.generator.spade import SpadeBlock


class Decoder(nn.Module):
    """Guided blocks from the deepest level to the finest.

    Args:
        size: of the generator.
        switches: of the generator.
        others: guides beside the landmarks, at the levels that compose.
    """

    def __init__(self, size: Size, switches: Switches, others: int) -> None:
        super().__init__()
        self._composes = [switches.composes(level) for level in range(size.downs + 1)]
        self.levels = nn.ModuleList(
            SpadeBlock(level, size, switches, 1 + others * composes)
            for level, composes in enumerate(self._composes)
        )
        self.up = nn.ModuleList(
            Doubling(size.channels(level + 1), size.channels(level), switches.transposed)
            for level in range(size.downs)
        )
        self.conv_img = nn.Conv2d(size.channels(0), 3, 3, padding=1)
        initialise(self.conv_img)

    def forward(
        self,
        values: Tensor,
        landmarks: Sequence[Tensor],
        others: Sequence[Sequence[Tensor]],
        kernels: Mapping[int, Kernels],
    ) -> Tensor:
        """The picture [B, 3, H, W] in [-1, 1].

        Args:
            values: e_y, [B, C, h, w] at the deepest level.
            landmarks: features of the wanted landmarks, by level.
            others: of each other guide, by level.
            kernels: generated weights, by level.
        """
        for level in reversed(range(len(self.levels))):
            guides = [landmarks[level]]
            if self._composes[level]:
                guides += [guide[level] for guide in others]
            values = self.levels[level](values, guides, kernels.get(level))
            if level:
                values = self.up[level - 1](values)
        return torch.tanh(self.conv_img(functional.leaky_relu(values, SLOPE)))
