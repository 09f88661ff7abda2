"""G_tem: what a whole window of sound says about every frame in it (A.2.1)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from visemix.plugins.facial.unet_1d import TimeUnet

SAID = 32
"""Numbers that each of the two networks says of a frame (z_t and c_t in the paper)."""


class TemporalNetwork(nn.Module):
    """Rows of features [B, T, 29] and the state [B, S] to z [B, T, 32]; T is a multiple of 32.

    The paper names the network and gives no layers; these are the published sizes. Its two
    remaining feature columns interleave in the order of time, as in the released weights.

    Args:
        outputs: S, numbers of a frame's attributes.
        channels: 256 in the published size.
    """

    def __init__(self, outputs: int, channels: int) -> None:
        super().__init__()
        self.see = nn.Sequential(
            *_seen(1, channels // 8, (4, 4), (2, 2), (2, 0)),
            *_seen(channels // 8, channels // 2, (4, 4), (2, 2), (2, 0)),
            *_seen(channels // 2, channels, (4, 4), (1, 1), (2, 0)),
            *_seen(channels, channels, (3, 1), (1, 1), (1, 0)),
        )
        self.correlate = TimeUnet(channels)
        self.say = nn.Sequential(
            *_said(channels + outputs, channels),
            *_said(channels, channels),
            nn.Conv1d(channels, SAID, 3, padding=1),
        )

    def forward(self, rows: Tensor, state: Tensor) -> Tensor:
        """See the class."""
        frames = rows.shape[1]
        seen = self.see(rows[:, None]).flatten(2)
        spread = functional.interpolate(seen, frames, mode="linear", align_corners=True)
        held = state[:, :, None].expand(-1, -1, frames)
        said: Tensor = self.say(torch.cat((self.correlate(spread), held), 1))
        return said.transpose(1, 2)


def _seen(
    before: int,
    after: int,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
) -> list[nn.Module]:
    convolution = nn.Conv2d(before, after, kernel, stride, padding)
    return [convolution, nn.BatchNorm2d(after), nn.LeakyReLU(0.01)]


def _said(before: int, after: int) -> list[nn.Module]:
    convolution = nn.Conv1d(before, after, 3, padding=1)
    return [convolution, nn.BatchNorm1d(after), nn.LeakyReLU(0.01)]
