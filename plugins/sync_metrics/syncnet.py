"""SyncNet (Chung and Zisserman, Out of Time, 2016): lips and sound as points of one space.

The layers and their names are those of the weights that the authors publish (syncnet_v2.model).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Generic, TypeVar

import attrs
import torch
from torch import Tensor, nn

from visemix.core.training.checkpoint import load_module, read_tensors

FRAMES = 5
"""Pictures of one clip, 0.2 s at 25 fps."""

SIDE = 224
"""Of the pictures, px."""

ROWS = 20
"""Rows of cepstra that belong to one clip, 0.2 s."""

WIDTH = 1024
"""Of the common space."""

_COUNT = "num_batches_tracked"  # older files have none, and it changes nothing


Flat = tuple[int, int]
Solid = tuple[int, int, int]
Size = TypeVar("Size", Flat, Solid)


@attrs.frozen
class Pool(Generic[Size]):
    """A max pooling.

    Attributes:
        kernel, stride, padding: of it.
    """

    kernel: Size
    stride: Size
    padding: Size


@attrs.frozen
class Layer(Generic[Size]):
    """A convolution with batch norm and ReLU, and the pooling behind it.

    Attributes:
        after: channels.
        kernel, stride, padding: of the convolution.
        pool: None for none.
    """

    after: int
    kernel: Size
    stride: Size
    padding: Size
    pool: Pool[Size] | None = None


_STEP, _RIM, _NONE = (1, 1), (1, 1), (0, 0)
SOUND: Sequence[Layer[Flat]] = (
    Layer(64, (3, 3), _STEP, _RIM, Pool((1, 1), (1, 1), _NONE)),
    Layer(192, (3, 3), _STEP, _RIM, Pool((3, 3), (1, 2), _NONE)),
    Layer(384, (3, 3), _STEP, _RIM),
    Layer(256, (3, 3), _STEP, _RIM),
    Layer(256, (3, 3), _STEP, _RIM, Pool((3, 3), (2, 2), _NONE)),
    Layer(512, (5, 4), _STEP, _NONE),
)
_ONE, _HALF, _AROUND, _NOT = (1, 1, 1), (1, 2, 2), (0, 1, 1), (0, 0, 0)
LIPS: Sequence[Layer[Solid]] = (
    Layer(96, (5, 7, 7), _HALF, _NOT, Pool((1, 3, 3), _HALF, _NOT)),
    Layer(256, (1, 5, 5), _HALF, _AROUND, Pool((1, 3, 3), _HALF, _AROUND)),
    Layer(256, (1, 3, 3), _ONE, _AROUND),
    Layer(256, (1, 3, 3), _ONE, _AROUND),
    Layer(256, (1, 3, 3), _ONE, _AROUND, Pool((1, 3, 3), _HALF, _NOT)),
    Layer(512, (1, 6, 6), _ONE, _NOT),
)


class SyncNet(nn.Module):
    """Lips and sound to points of one space."""

    def __init__(self) -> None:
        super().__init__()
        self.netcnnaud = _flat(1, SOUND)
        self.netcnnlip = _solid(3, LIPS)
        self.netfcaud, self.netfclip = _head(), _head()

    @torch.no_grad()
    def sound(self, cepstra: Tensor) -> Tensor:
        """[B, 1024] of cepstra [B, 1, 13, 20]."""
        points: Tensor = self.netfcaud(self.netcnnaud(cepstra).flatten(1))
        return points

    @torch.no_grad()
    def lips(self, pictures: Tensor) -> Tensor:
        """[B, 1024] of pictures [B, 3, 5, 224, 224], blue first, levels 0 to 255."""
        points: Tensor = self.netfclip(self.netcnnlip(pictures).flatten(1))
        return points


def load_syncnet(path: Path) -> SyncNet:
    """With a user's weights.

    Args:
        path: safetensors file of the published state dict.

    Raises:
        CheckpointError: missing, damaged, or weights of something else.
    """
    stored = read_tensors(path)
    network = SyncNet()
    counted = {k: v for k, v in network.state_dict().items() if k.endswith(_COUNT)}
    kept = {k: v.float() for k, v in stored.items() if not k.endswith(_COUNT)}
    load_module(network, {**counted, **kept}, path)
    return network.eval().requires_grad_(False)


def _flat(before: int, layers: Sequence[Layer[Flat]]) -> nn.Sequential:
    made: list[nn.Module] = []
    for layer in layers:
        conv = nn.Conv2d(before, layer.after, layer.kernel, layer.stride, layer.padding)
        made += [conv, nn.BatchNorm2d(layer.after), nn.ReLU()]
        if (pool := layer.pool) is not None:
            made.append(nn.MaxPool2d(pool.kernel, pool.stride, pool.padding))
        before = layer.after
    return nn.Sequential(*made)


def _solid(before: int, layers: Sequence[Layer[Solid]]) -> nn.Sequential:
    made: list[nn.Module] = []
    for layer in layers:
        conv = nn.Conv3d(before, layer.after, layer.kernel, layer.stride, layer.padding)
        made += [conv, nn.BatchNorm3d(layer.after), nn.ReLU()]
        if (pool := layer.pool) is not None:
            made.append(nn.MaxPool3d(pool.kernel, pool.stride, pool.padding))
        before = layer.after
    return nn.Sequential(*made)


def _head() -> nn.Sequential:
    return nn.Sequential(nn.Linear(512, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, WIDTH))
