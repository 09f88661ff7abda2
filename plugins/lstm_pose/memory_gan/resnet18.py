"""ResNet18 up to its pooled features (He et al., Deep Residual Learning, 2016, table 1)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTHS = (64, 128, 256, 512)
CLASSIFIER = "fc."
"""Of the layer behind ``pool5``, which files of weights hold as well."""


class ResNet18(nn.Module):
    """Pictures to 512 features each, "pool5"; its weights are named as in torchvision and timm."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, WIDTHS[0], 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(WIDTHS[0])
        self.layer1 = _layer(WIDTHS[0], WIDTHS[0], 1)
        self.layer2 = _layer(WIDTHS[0], WIDTHS[1], 2)
        self.layer3 = _layer(WIDTHS[1], WIDTHS[2], 2)
        self.layer4 = _layer(WIDTHS[2], WIDTHS[3], 2)

    def forward(self, pictures: Tensor) -> Tensor:
        """[B, 3, H, W], normalised as in its training, to [B, 512]."""
        made = functional.relu(self.bn1(self.conv1(pictures)))
        made = functional.max_pool2d(made, 3, 2, 1)
        made = self.layer4(self.layer3(self.layer2(self.layer1(made))))
        return torch.mean(made, (2, 3))


class Block(nn.Module):
    """Two convolutions beside a short cut."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.downsample: nn.Module = nn.Identity()
        if stride > 1:
            short = nn.Conv2d(before, after, 1, stride, bias=False)
            self.downsample = nn.Sequential(short, nn.BatchNorm2d(after))

    def forward(self, made: Tensor) -> Tensor:
        """[B, before, H, W] to [B, after, H / stride, W / stride]."""
        inner = functional.relu(self.bn1(self.conv1(made)))
        return functional.relu(self.bn2(self.conv2(inner)) + self.downsample(made))


def _layer(before: int, after: int, stride: int) -> nn.Sequential:
    return nn.Sequential(Block(before, after, stride), Block(after, after, 1))
