"""Everything of the refiner that is learned, and what is saved of it."""

from collections.abc import Mapping

import attrs
import torch
from torch import Tensor, nn

from visemix.core.errors import CheckpointError
from visemix.core.training.checkpoint import load_module
from visemix.plugins.lstm_pose.memory_gan.generator import Generator, Size
from visemix.plugins.lstm_pose.memory_gan.looks import Look, Query
from visemix.plugins.lstm_pose.memory_gan.memory import Memory

FROM_MEMORY, FROM_MEAN, NO_IDENTITY = "memory", "mean", "off"
IDENTITIES = (FROM_MEMORY, FROM_MEAN, NO_IDENTITY)
"""Where the identity feature comes from when a video is made (B.7)."""


@attrs.frozen
class MemorySize:
    """Of the memory.

    Attributes:
        slots: pairs that it holds.
        key: numbers of a key.
    """

    slots: int = 30_000
    key: int = 512


class Mean(nn.Module):
    """The mean identity feature of the clips that were learned from last.

    Attributes:
        value: [D] float32, not normalised again.
    """

    value: Tensor

    def __init__(self, identity: int) -> None:
        super().__init__()
        self.register_buffer("value", torch.zeros(identity))


@attrs.frozen(eq=False)
class Networks:
    """The generator, and what gives it identity features.

    Attributes:
        generator: windows of renders to frames.
        look: frozen, how a render looks; None where there is no memory.
        query: learns what makes two looks alike; None where there is no memory.
        memory: None where it is not used.
        mean: None where the identity feature is not the mean one.
    """

    generator: Generator
    look: Look | None = None
    query: Query | None = None
    memory: Memory | None = None
    mean: Mean | None = None

    @staticmethod
    def build(size: Size, memory: MemorySize, source: str, look: Look | None) -> "Networks":
        """Fresh ones, from torch's random numbers.

        Args:
            size: of the generator; it knows no identity if ``source`` is "off".
            memory: its size.
            source: one of IDENTITIES.
            look: for ``source`` "memory".
        """
        if source == NO_IDENTITY:
            return Networks(Generator(attrs.evolve(size, identity=0)))
        if source == FROM_MEAN:
            return Networks(Generator(size), mean=Mean(size.identity))
        assert look is not None
        return Networks(
            Generator(size),
            look,
            Query(look.width, memory.key),
            Memory(memory.slots, memory.key, size.identity),
        )

    def modules(self) -> dict[str, nn.Module]:
        """Everything that is learned or written, by name."""
        named = {
            "generator": self.generator,
            "query": self.query,
            "memory": self.memory,
            "mean": self.mean,
        }
        return {name: module for name, module in named.items() if module is not None}

    def weights(self) -> dict[str, Tensor]:
        """State of all modules, by "module.name"."""
        return {
            f"{name}.{key}": value
            for name, module in self.modules().items()
            for key, value in module.state_dict().items()
        }

    def load(self, weights: Mapping[str, Tensor], where: object) -> None:
        """Take what ``weights`` gave.

        Raises:
            CheckpointError: names or shapes differ.
        """
        modules = self.modules()
        others = [name for name in weights if name.partition(".")[0] not in modules]
        if others:
            what = f"it holds {others[0]}, which this refiner does not have"
            do = "use the recipe that the checkpoint was trained with"
            raise CheckpointError(what, where=where, do=do)
        for name, module in modules.items():
            start = f"{name}."
            own = {k.removeprefix(start): v for k, v in weights.items() if k.startswith(start)}
            load_module(module, own, where)

    def query_of(self, renders: Tensor) -> Tensor:
        """[B, K] keys of renders [B, 3, H, W] in [-1, 1]."""
        assert self.look is not None and self.query is not None
        made: Tensor = self.query(self.look.to(renders.device)(renders))
        return made
