"""LPIPS (Zhang et al., The Unreasonable Effectiveness of Deep Features, CVPR 2018), version 0.1."""

from collections.abc import Mapping, Sequence

import attrs
import torch
from torch import Tensor, nn

SHIFT = (-0.030, -0.088, -0.188)
SCALE = (0.458, 0.448, 0.450)
"""Of pictures in [-1, 1], per channel: ImageNet's statistics on that range."""

TINY = 1e-10
"""Added to the length of activations before they are divided by it."""

SMALLEST = 32
"""Side of the smallest picture that all layers can look at, px."""


@attrs.frozen
class Conv:
    """One convolution, followed by a ReLU.

    Attributes:
        place: its number in torchvision's list ``features``.
        before, after: channels.
        kernel, stride, padding: px.
        pool: side of the max pooling in front of it (stride 2), 0 for none.
        shown: whether its activations count.
    """

    place: int
    before: int
    after: int
    kernel: int = 3
    stride: int = 1
    padding: int = 1
    pool: int = 0
    shown: bool = True


def _vgg16() -> tuple[Conv, ...]:
    made, place, before = [], 0, 3
    for stage, (width, count) in enumerate(((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))):
        for number in range(count):
            pool = 2 if stage and not number else 0
            made.append(Conv(place, before, width, pool=pool, shown=number == count - 1))
            place, before = place + 2, width
        place += 1
    return tuple(made)


NETWORKS: Mapping[str, Sequence[Conv]] = {
    "alex": (
        Conv(0, 3, 64, 11, 4, 2),
        Conv(3, 64, 192, 5, 1, 2, pool=3),
        Conv(6, 192, 384, pool=3),
        Conv(8, 384, 256),
        Conv(10, 256, 256),
    ),
    "vgg": _vgg16(),
}


class LpipsNetwork(nn.Module):
    """Two sets of pictures to their distances.

    Args:
        name: one of NETWORKS.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self._layers = NETWORKS[name]
        self.convolutions = nn.ModuleDict(
            {
                str(c.place): nn.Conv2d(c.before, c.after, c.kernel, c.stride, c.padding)
                for c in self._layers
            }
        )
        widths = [c.after for c in self._layers if c.shown]
        self.linear = nn.ParameterList(nn.Parameter(torch.ones(width)) for width in widths)

    @torch.no_grad()
    def forward(self, made: Tensor, real: Tensor) -> Tensor:
        """[B] of pictures [B, 3, H, W] in [-1, 1]."""
        both = self._activations(torch.cat((made, real)))
        total = made.new_zeros(len(made))
        for values, weight in zip(both, self.linear, strict=True):
            unit = values / (values.norm(dim=1, keepdim=True) + TINY)
            a, b = unit.chunk(2)
            total += ((a - b).square() * weight[:, None, None]).sum(1).mean((1, 2))
        return total

    def _activations(self, pictures: Tensor) -> list[Tensor]:
        shift, scale = (pictures.new_tensor(v)[:, None, None] for v in (SHIFT, SCALE))
        values = (pictures - shift) / scale
        shown = []
        for layer in self._layers:
            values = nn.functional.max_pool2d(values, layer.pool, 2) if layer.pool else values
            values = torch.relu(self.convolutions[str(layer.place)](values))
            if layer.shown:
                shown.append(values)
        return shown
