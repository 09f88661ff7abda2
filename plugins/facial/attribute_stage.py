"""The training of FACIAL-GAN: everybody in general, then one person."""

from collections.abc import Callable, Sequence
from functools import partial

import attrs
import torch
from torch import Tensor

from visemix.core.interfaces import Sample
from visemix.core.training.adversarial import Judge, fool, frozen, judges_for, tell_apart
from visemix.core.training.material import Critic
from visemix.core.training.stage import Batch as AnyBatch
from visemix.core.training.stage import Loss, LossBook, Modules, Shard, Stage, Turn
from visemix.plugins.facial.excerpts import Batch, Excerpts
from visemix.plugins.facial.generator import Generator
from visemix.plugins.facial.losses import Objective, regression_losses


@attrs.frozen
class Schedule:
    """How long and how fast a stage learns.

    Attributes:
        epochs: rounds through all windows.
        batch: windows per step.
        every: frames from one window to the next.
        rate: of Adam.
    """

    epochs: int
    batch: int
    every: int
    rate: float


SCHEDULES = {
    ("paper", "general"): Schedule(50, 64, 5, 1e-4),
    ("released", "general"): Schedule(50, 64, 5, 1e-4),
    ("paper", "personal"): Schedule(10, 16, 1, 1e-4),
    ("released", "personal"): Schedule(11, 16, 1, 1e-5),
}
"""By preset and stage. The general training was not released: the paper's stands in both. For the
personal one the paper gives epochs and batch, the rest is the released code's or, the rate, the
general one's."""


@attrs.frozen(eq=False)
class Lesson:
    """What a stage is made of.

    Attributes:
        name: of the stage.
        steps: in all.
        rate: of Adam.
        excerpts: what is learned from.
        wanted: what is minimised.
        critics: judge the attributes.
    """

    name: str
    steps: int
    rate: float
    excerpts: Excerpts
    wanted: Objective
    critics: Sequence[Critic]


class AttributeStage(Stage):
    """In each step the critics learn first, as in the released code, then the generator.

    Args:
        lesson: what and how.
        generator: learns.
        done: called after the last step.
    """

    def __init__(self, lesson: Lesson, generator: Generator, done: Callable[[], None]) -> None:
        self.name, self.steps = lesson.name, lesson.steps
        self._lesson, self._done = lesson, done
        like = Sample(attributes=lesson.excerpts.draw(0, Shard()).true)
        self._said: tuple[Batch, Tensor] | None = None
        self._judges = judges_for(lesson.critics, lambda critic: like)
        networks = {judge.critic.name: judge.network.train() for judge in self._judges}
        self.modules = {"generator": generator.train(), **networks}
        optimizer = torch.optim.Adam(generator.parameters(), lesson.rate)
        self.turns = [
            *(self._turn_of(judge) for judge in self._judges),
            Turn("generator", optimizer, self._generator_losses),
        ]

    def batch(self, step: int, shard: Shard) -> AnyBatch:
        """See Excerpts."""
        return self._lesson.excerpts.draw(step, shard)

    def finish(self) -> None:
        """The generator is ready."""
        self._said = None
        self._done()

    def _turn_of(self, judge: Judge) -> Turn:
        rate = judge.critic.part.rate or self._lesson.rate
        optimizer = torch.optim.Adam(judge.network.parameters(), rate)
        return Turn(judge.critic.name, optimizer, partial(self._judge_losses, judge.critic.name))

    def _made(self, modules: Modules, batch: Batch) -> Tensor:
        """What the generator says in this step: its first turn says it, the others take it."""
        if self._said is None or self._said[0] is not batch:
            said = modules["generator"](batch.features, batch.state)
            self._said = (batch, said.float())  # half precision would lose the changes
        return self._said[1]

    def _judge_losses(self, name: str, modules: Modules, batch: Batch) -> LossBook:
        """Eq. 8, the critic's side."""
        judge, gan = modules[name], self._lesson.wanted.gan
        made = judge(Sample(attributes=self._made(modules, batch).detach()))
        return {"tell_apart": Loss(tell_apart(judge(Sample(attributes=batch.true)), made, gan))}

    def _generator_losses(self, modules: Modules, batch: Batch) -> LossBook:
        """Eqs. 4 to 8: the regression, and the critics' opinion."""
        wanted, made = self._lesson.wanted, self._made(modules, batch)
        self._said = None
        book = dict(regression_losses(made, batch.true, batch.state, wanted))
        for judge in self._judges:
            weight = judge.critic.weight * wanted.weights["attribute_adversarial"]
            with frozen(modules[judge.critic.name]) as network:
                opinion = fool(network(Sample(attributes=made)), wanted.gan)
            book[f"adversarial {judge.critic.name}"] = Loss(opinion, weight)
        return book
