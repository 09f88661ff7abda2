"""Edge maps scaled and moved a little, so that exact sizes of a face are not learned (C.3)."""

from collections.abc import Sequence

import attrs
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional


@attrs.frozen
class Jitter:
    """Of one example.

    Attributes:
        scale: of the map about its middle.
        right, down: shift, as a share of half the picture.
    """

    scale: float = 1.0
    right: float = 0.0
    down: float = 0.0

    @staticmethod
    def drawn(share: float, dice: np.random.Generator) -> "Jitter":
        """Scale within 1 +- ``share``, shifts within +- ``share`` / 2 of half the picture."""
        scale, right, down = (dice.uniform(-1, 1, 3) * share).tolist()
        return Jitter(1 + scale, right / 2, down / 2)


def jittered(maps: Tensor, jitter: Sequence[Jitter]) -> Tensor:
    """Maps [B, N, 1, H, W], those of one example all alike; the same if nothing is to be done."""
    if all(one == Jitter() for one in jitter):
        return maps
    rows = [[[1 / j.scale, 0, -j.right], [0, 1 / j.scale, -j.down]] for j in jitter]
    matrix = torch.tensor(rows, device=maps.device).repeat_interleave(maps.shape[1], 0)
    flat = maps.flatten(0, 1)
    grid = functional.affine_grid(matrix, list(flat.shape), align_corners=False)
    return functional.grid_sample(flat, grid, align_corners=False).reshape(maps.shape)
