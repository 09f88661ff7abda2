"""Which example comes at which step: shuffled anew in every epoch, shared between processes.

Everything is a function of the seed and the step, so a run that was killed goes on exactly.
"""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from visemix.core.training.stage import Shard

EPOCHS_AT_ONCE = 2
"""A batch may begin in one epoch and end in the next."""


class Dealer:
    """Deals the examples of one epoch after the other; a batch may reach into the next epoch.

    Args:
        count: examples of an epoch.
        batch: examples per step, over all processes.
        seed: of the order and of the dice.
    """

    def __init__(self, count: int, batch: int, seed: int) -> None:
        self._count, self._batch, self._seed = count, batch, seed
        self._order = lru_cache(EPOCHS_AT_ONCE)(self._shuffled)

    def positions(self, step: int, shard: Shard) -> tuple[int, ...]:
        """What this process takes in ``step``, counted on over the epochs."""
        numbers = range(self._batch)[shard.rank :: shard.world]
        return tuple(step * self._batch + number for number in numbers)

    def example(self, position: int) -> int:
        """Number of the example that comes at a position."""
        epoch, place = divmod(position, self._count)
        return int(self._order(epoch)[place])

    def dice(self, position: int, purpose: int = 0) -> torch.Generator:
        """For whatever else is left to chance there; each purpose has its own."""
        seed = self._seed * 104_729 + position + purpose * 32_452_843
        return torch.Generator().manual_seed(seed)

    def _shuffled(self, epoch: int) -> Tensor:
        generator = torch.Generator().manual_seed(self._seed * 7_919 + epoch)
        return torch.randperm(self._count, generator=generator)


def whole_batches(count: int, batch: int) -> int:
    """Batches of an epoch without the rest that fills none; at least one.

    >>> whole_batches(10, 4), whole_batches(3, 4)
    (2, 1)
    """
    return max(count // batch, 1)


def batch_of(size: tuple[int, int], seed: int, step: int, shard: Shard) -> Tensor:
    """[B] int64, the examples of this process in ``step``, from epochs of whole batches.

    Args:
        size: examples of an epoch, and examples per step over all processes; fewer examples than
            a batch needs come several times.
        seed: of the order.
        step: of the training.
        shard: what this process takes.
    """
    count, batch = size
    epoch, turn = divmod(step, whole_batches(count, batch))
    order = np.random.default_rng((seed, epoch)).permutation(count)
    order = np.resize(order, max(count, batch))
    mine = order[turn * batch :][:batch][shard.rank :: shard.world]
    return torch.from_numpy(mine.copy())
