"""Training stages of the compact network: all people in general, and one person."""

import copy
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import attrs
import numpy as np
import torch
from torch import Tensor, nn

from visemix.core.training.stage import Batch, LossBook, Modules, Shard, Stage, Turn, total
from visemix.plugins.lstm_pose.clips import Spoken
from visemix.plugins.lstm_pose.compact import SpeechLstm
from visemix.plugins.lstm_pose.hearing import Hearing
from visemix.plugins.lstm_pose.losses import compact_losses
from visemix.plugins.lstm_pose.rates import one_cycle

SETTLING = 5
"""Frames at the start of an excerpt that do not count: the LSTM starts from nothing."""


@attrs.frozen
class Course:
    """How the members learn.

    Attributes:
        steps: in all.
        batch: excerpts per step and member, over all processes.
        frames: of an excerpt.
        rate: highest learning rate.
        seed: of the choice of excerpts.
        weights: loss name -> factor.
        unsquared: errors count by their length, not its square (losses.compact_losses).
        liveliness: exponent on the spread that predictions of a person lack: 0 is best for the
            squared error, 1 moves the lips as far as the person does.
    """

    steps: int
    batch: int
    frames: int
    rate: float
    seed: int
    weights: Mapping[str, float]
    unsquared: bool = False
    liveliness: float = 0.0


Pair = tuple[Tensor, Tensor]
"""Standardised rows [T + R - 1, D] of a clip, and its targets [T, 68]."""


@attrs.frozen(eq=False)
class Excerpts:
    """Draws excerpts; a pure function of the step.

    Attributes:
        clips: per clip its variations.
        course: how many, how long.
    """

    clips: Sequence[Sequence[Pair]]
    course: Course

    @staticmethod
    def of(clips: Sequence[Sequence[Spoken]], hearing: Hearing, course: Course) -> "Excerpts":
        """From clips with their variations."""

        def pair(clip: Spoken) -> Pair:
            return hearing.for_networks(clip.sequence), clip.targets

        return Excerpts([[pair(one) for one in variants] for variants in clips], course)

    def draw(self, member: int, step: int, shard: Shard) -> Pair:
        """Rows [B, T + R - 1, D] and targets [B, T, 68] of this process."""
        random = np.random.default_rng((self.course.seed, member, step))
        lengths = np.array([len(variants[0][1]) for variants in self.clips], np.float64)
        # Below proportion: one long clip must not drown many people.
        share = lengths**0.7 / (lengths**0.7).sum()
        chosen = []
        for clip in random.choice(len(self.clips), self.course.batch, p=share):
            variants = self.clips[int(clip)]
            variant = variants[int(random.integers(len(variants)))]
            latest = max(1, len(variant[1]) - self.course.frames + 1)
            chosen.append((variant, int(random.integers(latest))))
        pairs = [self._excerpt(*one) for one in chosen[shard.rank :: shard.world]]
        rows, targets = zip(*pairs, strict=True)
        return torch.stack(rows), torch.stack(targets)

    def _excerpt(self, pair: Pair, first: int) -> Pair:
        """A piece that holds its last frame where the clip is too short."""
        rows, targets = pair
        last, margin = first + self.course.frames, len(rows) - len(targets)
        taken = torch.arange(first, last + margin).clamp(max=len(rows) - 1)
        return rows[taken], targets[taken[: len(taken) - margin].clamp(max=len(targets) - 1)]


class Lessons(Stage):
    """Every member learns in its own turn, from its own excerpts.

    Args:
        name: of the stage.
        members: learn.
        excerpts: what from.
        done: called with the members after the last step.
    """

    def __init__(
        self,
        name: str,
        members: Sequence[SpeechLstm],
        excerpts: Excerpts,
        done: Callable[[Sequence[SpeechLstm]], None],
    ) -> None:
        course = excerpts.course
        self.name, self.steps = name, course.steps
        self._members, self._excerpts, self._done = members, excerpts, done
        self.modules = {f"member-{i}": member.train() for i, member in enumerate(members)}
        self.turns = [
            Turn(
                name,
                torch.optim.AdamW(module.parameters(), course.rate, weight_decay=1e-2),
                partial(self._losses, name),
                rate=partial(one_cycle, steps=course.steps),
                clip=1.0,
            )
            for name, module in self.modules.items()
        ]

    def batch(self, step: int, shard: Shard) -> Batch:
        """For every member its excerpts."""
        return {name: self._excerpts.draw(i, step, shard) for i, name in enumerate(self.modules)}

    def finish(self) -> None:
        """The members are ready."""
        self._done(self._members)

    def _losses(self, name: str, modules: Modules, batch: Batch) -> LossBook:
        rows, targets = batch[name]
        made = modules[name](rows)[:, SETTLING:]
        course = self._excerpts.course
        return compact_losses(made, targets[:, SETTLING:], course.weights, course.unsquared)


def learn(stage: Stage, seed: int) -> None:
    """All steps of a stage, here and now: no files, one process, the caller's random numbers kept.

    The same steps as core.training.loop takes.
    """
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        for step in range(stage.steps):
            torch.manual_seed(seed * 1_000_003 + step)
            batch = stage.batch(step, Shard())
            for turn in stage.turns:
                _take(turn, stage.modules, batch, step)
    stage.finish()


def _take(turn: Turn, modules: Modules, batch: Batch, step: int) -> None:
    for group in turn.optimizer.param_groups:
        base = group.setdefault("first_lr", group["lr"])
        group["lr"] = base * (turn.rate(step) if turn.rate else 1.0)
    loss = total(turn.losses(modules, batch))
    turn.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
    if turn.clip > 0:
        nn.utils.clip_grad_norm_(
            [p for g in turn.optimizer.param_groups for p in g["params"]], turn.clip
        )
    turn.optimizer.step()


def copies(members: Sequence[SpeechLstm]) -> list[SpeechLstm]:
    """Equal networks that may be changed."""
    return [copy.deepcopy(member) for member in members]
