"""The network that sees a face's position map: for every place of a flattened face, its position.

After Feng et al., Joint 3D Face Reconstruction and Dense Alignment with Position Map Regression
Network, ECCV 2018; sizes as in SYSTEMS C.2.3. Every convolution is 4 x 4 and padded as TensorFlow
pads ("SAME"), since that is what published weights were learned with.
"""

import torch
from torch import Tensor, nn

WIDTH = 16
"""Channels of the first layer."""

DOWN = ((2, 2), (2, 1), (4, 2), (4, 1), (8, 2), (8, 1), (16, 2), (16, 1), (32, 2), (32, 1))
"""Residual blocks: channels as multiples of the width, and stride."""

UP = (
    *((32, 1), (16, 2), (16, 1), (16, 1), (8, 2), (8, 1), (8, 1), (4, 2), (4, 1), (4, 1)),
    *((2, 2), (2, 1), (1, 2), (1, 1)),
)
"""Transposed convolutions, mirrored; then three to three channels."""

HALVINGS = 5
KERNEL = 4
EPSILON = 1e-3


class PositionMapNetwork(nn.Module):
    """Picture [B, 3, H, W] in [0, 1] to a position map [B, 3, H, W] in [0, 1].

    Args:
        width: channels of the first layer; published: 16.
    """

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        self.first = _Down(3, width, 1)
        blocks: list[nn.Module] = []
        channels = width
        for times, stride in DOWN:
            blocks.append(_Residual(channels, times * width, stride))
            channels = times * width
        self.down = nn.Sequential(*blocks)
        layers: list[nn.Module] = []
        for times, stride in UP:
            layers += [_Up(channels, times * width, stride), nn.ReLU()]
            channels = times * width
        layers += [_Up(channels, 3, 1), nn.ReLU(), _Up(3, 3, 1), nn.ReLU(), _Up(3, 3, 1)]
        self.up = nn.Sequential(*layers)

    def forward(self, picture: Tensor) -> Tensor:
        """See the class; H and W are multiples of 32."""
        seen = torch.relu(self.first(picture))
        return torch.sigmoid(self.up(self.down(seen)))


class _Down(nn.Module):
    """Convolution and batch norm."""

    def __init__(self, before: int, after: int, stride: int, kernel: int = KERNEL) -> None:
        super().__init__()
        spare = kernel - stride
        # The larger half lies behind.
        self.padding = (spare // 2, spare - spare // 2) * 2
        self.convolution = nn.Conv2d(before, after, kernel, stride, bias=False)
        self.norm = nn.BatchNorm2d(after, EPSILON)

    def forward(self, values: Tensor) -> Tensor:
        padded = nn.functional.pad(values, self.padding)
        normed: Tensor = self.norm(self.convolution(padded))
        return normed


class _Up(nn.Module):
    """Transposed convolution and batch norm: the size times the stride."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        spare = KERNEL - stride
        self.crop = (-(spare // 2), -(spare - spare // 2)) * 2
        self.convolution = nn.ConvTranspose2d(before, after, KERNEL, stride, bias=False)
        self.norm = nn.BatchNorm2d(after, EPSILON)

    def forward(self, values: Tensor) -> Tensor:
        cropped = nn.functional.pad(self.convolution(values), self.crop)
        normed: Tensor = self.norm(cropped)
        return normed


class _Residual(nn.Module):
    """1 x 1 to half the channels, 4 x 4 with the stride, 1 x 1; the norm comes after the sum."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        half = max(after // 2, 1)
        self.narrow = _Down(before, half, 1, kernel=1)
        self.wide = _Down(half, half, stride)
        self.back = nn.Conv2d(half, after, 1)
        same = stride == 1 and before == after
        self.shortcut = nn.Identity() if same else nn.Conv2d(before, after, 1, stride)
        self.norm = nn.BatchNorm2d(after, EPSILON)

    def forward(self, values: Tensor) -> Tensor:
        inner = torch.relu(self.wide(torch.relu(self.narrow(values))))
        total: Tensor = torch.relu(self.norm(self.back(inner) + self.shortcut(values)))
        return total
