"""The training of Φ: stretches of motion with what comes after them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import attrs
import torch
from torch import Tensor

from visemix.core.interfaces import Sample
from visemix.core.training.adversarial import (
    GanLoss,
    Judge,
    fool,
    frozen,
    judges_for,
    tell_apart,
)
from visemix.core.training.dealing import whole_batches
from visemix.core.training.excerpts import Excerpts
from visemix.core.training.material import Critic
from visemix.core.training.stage import Batch as AnyBatch
from visemix.core.training.stage import Loss, LossBook, Modules, Plan, Shard, Stage, Turn
from visemix.plugins.rhythmic_head.learner_losses import (
    SCHEDULES,
    Schedule,
    halving,
    squared_error,
)
from visemix.plugins.rhythmic_head.listening import Heard
from visemix.plugins.rhythmic_head.motion_network import MotionNetwork

NAME = "head-motion"


@attrs.frozen(eq=False)
class Batch:
    """Excerpts.

    Attributes:
        sound: [B, S + T, R, D].
        motion: [B, S + T, 6].
    """

    sound: Tensor
    motion: Tensor

    def to(self, device: torch.device | str) -> "Batch":
        """On another device."""
        return Batch(self.sound.to(device), self.motion.to(device))


@attrs.frozen
class Stretch:
    """Frames of an excerpt.

    Attributes:
        base: S, what the person is known from; published: 64.
        ahead: T, what is predicted; published: 64.
    """

    base: int = 64
    ahead: int = 64


@attrs.frozen(eq=False)
class MotionLesson:
    """What the stage is made of.

    Attributes:
        clips: what is learned from.
        stretch: of an excerpt.
        plan: how long, with how many excerpts at once.
        rate: of Adam; 0 for the preset's.
        weights: of the terms.
        critics: judge the motion.
    """

    clips: Sequence[Heard]
    stretch: Stretch
    plan: Plan
    rate: float
    weights: Mapping[str, float]
    critics: Sequence[Critic] = ()


class MotionStage(Stage):
    """In each step the critics learn first, then Φ, which their opinion does reach.

    Args:
        lesson: what and how.
        network: learns.
        done: called after the last step.
    """

    def __init__(
        self, lesson: MotionLesson, network: MotionNetwork, done: Callable[[], None]
    ) -> None:
        schedule, plan, stretch = SCHEDULES[NAME], lesson.plan, lesson.stretch
        size = plan.batch or schedule.batch
        frames = stretch.base + stretch.ahead
        self._excerpts = Excerpts(lesson.clips, frames, size, plan.seed, "head_motion.base")
        self._frames, self._lesson, self._done = frames, lesson, done
        self.name = NAME
        epoch = whole_batches(self._excerpts.count, size)
        self.steps = plan.steps or schedule.epochs * epoch
        self._made: tuple[Batch, Tensor] | None = None
        like = Sample(attributes=torch.zeros(1, stretch.ahead, lesson.clips[0].targets.shape[1]))
        self._judges = judges_for(self._critics(), lambda critic: like)
        networks = {judge.critic.name: judge.network.train() for judge in self._judges}
        self.modules = {"motion": network.train(), **networks}
        self.turns = [*map(self._critics_turn, self._judges), self._motions_turn(schedule)]

    def _critics(self) -> Sequence[Critic]:
        """A critic whose opinion weighs nothing learns nothing either."""
        return self._lesson.critics if self._lesson.weights["motion_adversarial"] else ()

    def _motions_turn(self, schedule: Schedule) -> Turn:
        rate = self._lesson.rate or schedule.rate
        learns = self.modules["motion"].parameters()
        optimizer = torch.optim.Adam(learns, rate, weight_decay=schedule.decay)
        slower = partial(halving, steps=self.steps, epochs=schedule.epochs)
        return Turn("motion", optimizer, self._motion_losses, slower, clip=1.0)

    def _critics_turn(self, judge: Judge) -> Turn:
        rate = judge.critic.part.rate or self._lesson.rate or SCHEDULES[NAME].rate
        optimizer = torch.optim.Adam(judge.network.parameters(), rate)
        return Turn(judge.critic.name, optimizer, partial(self._critic_losses, judge.critic.name))

    def batch(self, step: int, shard: Shard) -> Batch:
        """Excerpts at random places."""
        sound, motion = [], []
        for place in self._excerpts.places(step, shard):
            clip, last = self._lesson.clips[place.clip], place.first + self._frames
            sound.append(clip.values[place.first : last])
            motion.append(clip.targets[place.first : last])
        return Batch(torch.stack(sound), torch.stack(motion))

    def finish(self) -> None:
        """Φ is ready."""
        self._done()

    def _predicted(self, modules: Modules, batch: Batch) -> Tensor:
        """What Φ says in this step: its critics' turns say it, its own takes it."""
        if self._made is None or self._made[0] is not batch:
            base = batch.motion[:, : self._lesson.stretch.base]
            self._made = (batch, modules["motion"](batch.sound, base).float())
        return self._made[1]

    def _true(self, batch: Batch) -> Tensor:
        return batch.motion[:, self._lesson.stretch.base :]

    def _critic_losses(self, name: str, modules: Modules, batch: AnyBatch) -> LossBook:
        judge = modules[name]
        made = judge(Sample(attributes=self._predicted(modules, batch).detach()))
        real = judge(Sample(attributes=self._true(batch)))
        return {"tell_apart": Loss(tell_apart(real, made, GanLoss.LOG))}

    def _motion_losses(self, modules: Modules, batch: AnyBatch) -> LossBook:
        weights, made = self._lesson.weights, self._predicted(modules, batch)
        self._made = None
        book = {"motion": Loss(squared_error(made, self._true(batch)), weights["motion"])}
        for judge in self._judges:
            with frozen(modules[judge.critic.name]) as network:
                opinion = fool(network(Sample(attributes=made)), GanLoss.LOG)
            weight = judge.critic.weight * weights["motion_adversarial"]
            book[f"adversarial {judge.critic.name}"] = Loss(opinion, weight)
        return book
