"""The blocks of Inception-v3 (Szegedy et al., Rethinking the Inception Architecture, 2016)."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

EPS = 1e-3
"""Of the batch norms."""

WIDTHS = (128, 160, 160, 192)
"""Inside the four blocks of 17 x 17 px."""


class Layer(nn.Module):
    """Convolution without bias, batch norm, ReLU; odd kernels keep the size at stride 1."""

    def __init__(
        self, before: int, after: int, kernel: tuple[int, int], stride: int = 1, *, same: bool
    ) -> None:
        super().__init__()
        padding = (kernel[0] // 2, kernel[1] // 2) if same else (0, 0)
        self.conv = nn.Conv2d(before, after, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(after, eps=EPS)

    def forward(self, values: Tensor) -> Tensor:
        """[B, C, H, W]."""
        return torch.relu(self.bn(self.conv(values)))


Spec = tuple[int, tuple[int, int]]
"""Channels and kernel of a layer."""

ONE, THREE, FIVE = (1, 1), (3, 3), (5, 5)
WIDE, TALL = (1, 7), (7, 1)


class Mixed(nn.Module):
    """Branches side by side, joined along the channels.

    Args:
        before: channels.
        branches: name -> layers in a row; the names are those of the stored weights.
        pool: channels of the branch that pools first; 0 if it only pools.
        halves: whether the last layer of each branch, and the pooling, halve the size.
        largest: whether the pooling takes the maximum although it keeps the size.
    """

    def __init__(
        self,
        before: int,
        branches: Mapping[str, tuple[Spec, ...]],
        pool: int = 0,
        *,
        halves: bool = False,
        largest: bool = False,
    ) -> None:
        super().__init__()
        self._branches = [
            self._row(name, before, specs, halves=halves) for name, specs in branches.items()
        ]
        self._halves, self._largest, self._pools = halves, largest, pool > 0
        if pool:
            self.branch_pool = Layer(before, pool, ONE, same=True)

    def _row(
        self, name: str, before: int, specs: tuple[Spec, ...], *, halves: bool
    ) -> list[tuple[str, ...]]:
        """Names of the layers; several names in one place are fed alike and joined."""
        names: list[tuple[str, ...]] = []
        for place, (after, kernel) in enumerate(specs, 1):
            number = f"_{place}" if len(specs) > 1 else ""
            last = place == len(specs)
            forks = ("a", "b") if kernel == (1, 3) else ("",)
            for fork in forks:
                turned = kernel if fork != "b" else (kernel[1], kernel[0])
                stride = 2 if halves and last else 1
                layer = Layer(before, after, turned, stride, same=stride == 1)
                self.add_module(f"{name}{number}{fork}", layer)
            names.append(tuple(f"{name}{number}{fork}" for fork in forks))
            before = after
        return names

    def forward(self, values: Tensor) -> Tensor:
        """[B, C, H, W]."""
        made = []
        for names in self._branches:
            row = values
            for forks in names:
                row = torch.cat([self.get_submodule(name)(row) for name in forks], 1)
            made.append(row)
        pooled = self._pooled(values)
        made.append(self.branch_pool(pooled) if self._pools else pooled)
        return torch.cat(made, 1)

    def _pooled(self, values: Tensor) -> Tensor:
        if self._halves:
            return functional.max_pool2d(values, 3, 2)
        if self._largest:
            return functional.max_pool2d(values, 3, 1, 1)
        return functional.avg_pool2d(values, 3, 1, 1, count_include_pad=False)


def _a(before: int, pool: int) -> Mixed:
    """Keeps the size; 5 x 5 and two 3 x 3 in a row."""
    branches = {
        "branch1x1": ((64, ONE),),
        "branch5x5": ((48, ONE), (64, FIVE)),
        "branch3x3dbl": ((64, ONE), (96, THREE), (96, THREE)),
    }
    return Mixed(before, branches, pool)


def _b() -> Mixed:
    """Halves the size, 288 channels to 768."""
    branches = {
        "branch3x3": ((384, THREE),),
        "branch3x3dbl": ((64, ONE), (96, THREE), (96, THREE)),
    }
    return Mixed(288, branches, halves=True)


def _c(width: int) -> Mixed:
    """Keeps the size; rows of 1 x 7 and 7 x 1 that are ``width`` wide inside."""
    slim: tuple[Spec, ...] = ((width, ONE), (width, WIDE))
    double = ((width, ONE), (width, TALL), (width, WIDE), (width, TALL), (192, WIDE))
    branches = {"branch1x1": ((192, ONE),), "branch7x7": (*slim, (192, TALL))}
    return Mixed(768, {**branches, "branch7x7dbl": double}, 192)


def _d() -> Mixed:
    """Halves the size, 768 channels to 1,280."""
    branches = {
        "branch3x3": ((192, ONE), (320, THREE)),
        "branch7x7x3": ((192, ONE), (192, WIDE), (192, TALL), (192, THREE)),
    }
    return Mixed(768, branches, halves=True)


def _e(before: int, *, largest: bool) -> Mixed:
    """Keeps the size; 3 x 3 as 1 x 3 beside 3 x 1."""
    branches = {
        "branch1x1": ((320, ONE),),
        "branch3x3": ((384, ONE), (384, (1, 3))),
        "branch3x3dbl": ((448, ONE), (384, THREE), (384, (1, 3))),
    }
    return Mixed(before, branches, 192, largest=largest)


def mixed_blocks() -> dict[str, Mixed]:
    """All eleven, in order, by the end of their public names."""
    made = {"5b": _a(192, 32), "5c": _a(256, 64), "5d": _a(288, 64), "6a": _b()}
    made |= {f"6{name}": _c(width) for name, width in zip("bcde", WIDTHS, strict=True)}
    return made | {"7a": _d(), "7b": _e(1280, largest=False), "7c": _e(2048, largest=True)}
