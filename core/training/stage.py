"""What a part says to be trainable: its stages, and in each stage whose turn it is to learn.

Everything depends on the step number alone (batches, random numbers, learning rates), so a run that
was killed anywhere goes on as if nothing had happened.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
from torch import Tensor, nn
from torch.optim import Optimizer

from visemix.core.training.material import Material

Modules = Mapping[str, nn.Module]
Batch = (
    Any  # whatever one stage's ``batch`` makes and its ``losses`` take; the loop only passes it on
)


@attrs.frozen
class Loss:
    """One term of a loss.

    Attributes:
        value: scalar tensor before weighting.
        weight: its factor; 0 switches the term off (an ablation).
    """

    value: Tensor
    weight: float = 1.0


LossBook = Mapping[str, Loss]
"""Terms of one turn, by name."""


def total(book: LossBook) -> Tensor:
    """Weighted sum of the terms that are switched on.

    >>> import torch
    >>> float(total({"a": Loss(torch.tensor(2.0), 3.0), "b": Loss(torch.tensor(9.0), 0.0)}))
    6.0
    """
    return sum((t.value * t.weight for t in book.values() if t.weight), start=_zero(book))


def _zero(book: LossBook) -> Tensor:
    return next(iter(book.values())).value.new_zeros(())


@attrs.frozen(eq=False)
class Turn:
    """One optimiser step within a training step (a GAN has one per network).

    Attributes:
        name: "generator", "discriminator", ...
        optimizer: steps the parameters that learn in this turn.
        losses: the terms, from the (possibly wrapped) modules and the batch; where none of them
            leads back to a parameter they are only logged, and nothing is learned.
        rate: factor on the learning rate at a step; 1 if None.
        clip: largest gradient norm, 0 for no limit.
    """

    name: str
    optimizer: Optimizer
    losses: Callable[[Modules, Batch], LossBook]
    rate: Callable[[int], float] | None = None
    clip: float = 0.0


@attrs.frozen
class Shard:
    """Which part of a global batch this process takes: examples ``rank``, ``rank + world``, ..."""

    rank: int = 0
    world: int = 1


class Stage(ABC):
    """One training stage of one part.

    Attributes:
        name: of the stage.
        steps: how many steps it takes.
        modules: everything that is trained or checkpointed, by name.
        turns: what happens in a step, in order.
        partners: kind -> other part of the recipe that learns in this stage too; its weights are
            kept beside those of the stage's own part.
    """

    name: str
    steps: int
    modules: Modules
    turns: Sequence[Turn]
    partners: Mapping[str, "Trainable"] = MappingProxyType({})

    @abstractmethod
    def batch(self, step: int, shard: Shard) -> Batch:
        """The examples of step ``step``; a pure function of its arguments."""

    def picture(self) -> Tensor | None:
        """[3, H, W] uint8 to look at (real, shown, made), asked for with every checkpoint."""
        return None

    def review(self, done: int) -> bool:
        """Whether ``done`` steps are enough; asked after every step, and again when resumed.

        What the answer depends on belongs into ``modules`` (as buffers), so that a run that was
        killed decides as one that was not.
        """
        del done
        return False

    def finish(self) -> None:  # noqa: B027 - most stages have nothing to do here
        """Called once after the last step, before the weights are taken."""


@attrs.frozen
class Plan:
    """How a stage is to be trained; from the recipe and the command line.

    Attributes:
        preset: "paper" or "released".
        seed: of everything random.
        steps: limit on the steps of a stage; 0 for the preset's own.
        batch: examples per step over all processes; 0 for the preset's own.
        weights: loss name -> factor that replaces the preset's; 0 is an ablation.
        steps_of: stage -> steps, where they are not those of all.
        batch_of: stage -> batch, likewise.
    """

    preset: str = "paper"
    seed: int = 0
    steps: int = 0
    batch: int = 0
    weights: Mapping[str, float] = attrs.field(factory=dict)
    steps_of: Mapping[str, int] = attrs.field(factory=dict)
    batch_of: Mapping[str, int] = attrs.field(factory=dict)

    def of(self, stage: str) -> "Plan":
        """This plan with the steps and the batch of one stage.

        >>> Plan(steps=9, batch=4, steps_of={"refiner": 500}).of("refiner").steps
        500
        """
        return attrs.evolve(
            self,
            steps=self.steps_of.get(stage, self.steps),
            batch=self.batch_of.get(stage, self.batch),
        )


class Trainable(ABC):
    """A part with weights of its own; its manifest lists the stages."""

    @abstractmethod
    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        """Prepare the stage ``name`` on ``material``."""

    @abstractmethod
    def weights(self) -> dict[str, Tensor]:
        """Everything that ``load_weights`` needs."""

    @abstractmethod
    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Take weights of an equally built part.

        Raises:
            CheckpointError: names or shapes differ.
        """
