"""Flow networks: pictures moved to where the wanted face has them (C.2.6)."""

from itertools import pairwise

import attrs
import torch
from torch import Tensor, nn
from torch.nn import functional

from visemix.core.networks.initial_weights import initialise
from visemix.plugins.rhythmic_head.generator.blocks import Residual, block, doubled
from visemix.plugins.rhythmic_head.generator.scene import Warped
from visemix.plugins.rhythmic_head.generator.size import Size

FLOW_SHARE = 20 / 256
"""Flow of an output of 1, as a share of the picture's height: 20 px of 256 (released code)."""

STILL = 1e-3
"""Spread of the flow head's first weights: pictures lie nearly where they were."""

SEEN = 5
"""Channels: a picture and two maps that say where its face is and where it has to be."""


class FlowNet(nn.Module):
    """Where every pixel comes from, and how much it is to be trusted.

    Args:
        size: of the generator.
        moves: whether pictures are moved; else only trusted or not.
    """

    def __init__(self, size: Size, moves: bool = True) -> None:
        super().__init__()
        widths = [size.channels(level) for level in range(size.flow_downs + 1)]
        down = [block(SEEN, widths[0], size.norm)]
        for before, after in pairwise(widths):
            down.append(block(before, after, size.norm, stride=2))
        middle = [Residual(widths[-1], size.norm) for _ in range(size.flow_blocks)]
        self.down = nn.Sequential(*down, *middle)
        steps = pairwise(reversed(widths))
        self.up = nn.ModuleList(block(before, after, size.norm) for before, after in steps)
        self.weight = nn.Conv2d(widths[0], 1, 3, padding=1)
        initialise(self.weight)
        self.flow = nn.Conv2d(widths[0], 2, 3, padding=1) if moves else None
        if self.flow is not None:
            initialise(self.flow)
            nn.init.normal_(self.flow.weight, 0, STILL)

    def forward(self, picture: Tensor, here: Tensor, wanted: Tensor) -> Warped:
        """The picture moved.

        Args:
            picture: [B, 3, H, W].
            here: [B, 1, H, W], map of the face in the picture.
            wanted: [B, 1, H, W], edge map of the wanted face.
        """
        values = self.down(torch.cat((picture, here, wanted), 1))
        for layer in self.up:
            values = layer(doubled(values))
        weight = torch.sigmoid(self.weight(values)).float()
        if self.flow is None:
            return attrs.evolve(unmoved(picture), weight=weight)
        flow = self.flow(values).float() * (FLOW_SHARE * picture.shape[-2])
        return Warped(warp(picture, flow), weight, flow)


def warp(picture: Tensor, flow: Tensor) -> Tensor:
    """Pixel (x, y) is that of ``picture`` at (x, y) + flow; beyond the rim it is repeated.

    Args:
        picture: [B, C, H, W].
        flow: [B, 2, H, W], px to the right and down.
    """
    height, width = picture.shape[-2:]
    across = (torch.arange(width, device=flow.device) + 0.5) / width
    down = (torch.arange(height, device=flow.device) + 0.5) / height
    x = 2 * (across + flow[:, 0] / width) - 1
    y = 2 * (down[:, None] + flow[:, 1] / height) - 1
    grid = torch.stack((x, y), -1)
    return functional.grid_sample(
        picture.to(grid), grid, padding_mode="border", align_corners=False
    )


def unmoved(picture: Tensor, weight: float = 1.0) -> Warped:
    """The picture as it is, everywhere to be trusted alike."""
    like = picture[:, :1]
    return Warped(picture, torch.full_like(like, weight), torch.zeros_like(picture[:, :2]))
