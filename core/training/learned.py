"""A part's own network: made when it is first needed, the same every time, learned or not yet."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from visemix.core.errors import CheckpointError
from visemix.core.training.checkpoint import load_module

N = TypeVar("N")
M = TypeVar("M", bound=nn.Module)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Weights that are made here depend on ``seed`` alone; the caller's random numbers stay."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


class Lazy(Generic[N]):
    """What ``make`` makes, from seed 0 unless it is renewed with another.

    Large networks cost time and memory, so a part that is only looked at makes none.

    Args:
        make: a fresh one, from torch's random numbers.
    """

    def __init__(self, make: Callable[[], N]) -> None:
        self._make = make
        self._made: N | None = None

    @property
    def own(self) -> N:
        """The one there is; made now if there is none."""
        return self.renew(0) if self._made is None else self._made

    def renew(self, seed: int) -> N:
        """A fresh one in its place."""
        with seeded(seed):
            self._made = self._make()
        return self._made


class Learned(Lazy[M]):
    """A network with what is known of its weights.

    Attributes:
        done: whether they were learned or loaded.
    """

    done: bool = False

    def load(self, weights: Mapping[str, Tensor], where: object) -> None:
        """Take weights of an equal network.

        Raises:
            CheckpointError: names or shapes differ.
        """
        load_module(self.own, weights, where)
        self.done = True

    def finish(self) -> None:
        """They were learned: nothing is trained any more."""
        self.own.eval()
        self.done = True


def unlearned(name: str, where: str, otherwise: str = "") -> CheckpointError:
    """What to say when a part is used before it has learned anything.

    Args:
        name: of the part.
        where: its key in the recipe.
        otherwise: what else the user can do.

    >>> unlearned("x", "refiner").do
    "train it with 'visemix train' and name the run's folder with --checkpoint"
    """
    do = "train it with 'visemix train' and name the run's folder with --checkpoint"
    do = f"{do}, or {otherwise}" if otherwise else do
    return CheckpointError(f"{name} has not learned anything yet", where=where, do=do)
