"""The training of Ψ: frames of all clips in a random order."""

from collections.abc import Callable, Mapping, Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.errors import TrainingError
from visemix.core.training.dealing import Dealer, whole_batches
from visemix.core.training.stage import Batch as AnyBatch
from visemix.core.training.stage import Loss, LossBook, Modules, Plan, Shard, Stage, Turn
from visemix.plugins.rhythmic_head.expression_network import ExpressionNetwork
from visemix.plugins.rhythmic_head.learner_losses import SCHEDULES, squared_error
from visemix.plugins.rhythmic_head.listening import Heard, with_noise

NAME = "expression"


@attrs.frozen(eq=False)
class Spoken:
    """A clip and what it is told from.

    Attributes:
        heard: features, and coefficients relative to ``reference``.
        reference: [E] coefficients of the reference frame.
    """

    heard: Heard
    reference: Tensor


@attrs.frozen(eq=False)
class Batch:
    """Frames.

    Attributes:
        sound: [B, R, D].
        reference: [B, E].
        change: [B, E] coefficients less those of the reference.
    """

    sound: Tensor
    reference: Tensor
    change: Tensor

    def to(self, device: torch.device | str) -> "Batch":
        """On another device."""
        return Batch(self.sound.to(device), self.reference.to(device), self.change.to(device))


@attrs.frozen(eq=False)
class ExpressionLesson:
    """What the stage is made of.

    Attributes:
        clips: what is learned from.
        plan: how long, with how many frames at once.
        rate: of Adam; 0 for the preset's.
        weights: of the terms.
        mixing: whether noise is mixed into the (raw) sound.
    """

    clips: Sequence[Spoken]
    plan: Plan
    rate: float
    weights: Mapping[str, float]
    mixing: bool


class ExpressionStage(Stage):
    """One network, one loss.

    Args:
        lesson: what and how.
        network: learns.
        done: called after the last step.

    Raises:
        TrainingError: no clip shows a face.
    """

    def __init__(
        self, lesson: ExpressionLesson, network: ExpressionNetwork, done: Callable[[], None]
    ) -> None:
        schedule, plan = SCHEDULES[NAME], lesson.plan
        self._lesson, self._done = lesson, done
        self._places = [
            (clip, int(frame))
            for clip, spoken in enumerate(lesson.clips)
            for frame in spoken.heard.found.nonzero()[:, 0]
        ]
        if not self._places:
            raise TrainingError("no clip shows a face", where="data", do="prepare other clips")
        batch = plan.batch or schedule.batch
        self._dealer = Dealer(len(self._places), batch, plan.seed)
        self.name = NAME
        self.steps = plan.steps or schedule.epochs * whole_batches(len(self._places), batch)
        self.modules = {"expression": network.train()}
        optimizer = torch.optim.Adam(network.parameters(), lesson.rate or schedule.rate)
        self.turns = [Turn("expression", optimizer, self._losses)]

    def batch(self, step: int, shard: Shard) -> Batch:
        """Frames at random."""
        sound, reference, change = [], [], []
        for position in self._dealer.positions(step, shard):
            clip, frame = self._places[self._dealer.example(position)]
            spoken = self._lesson.clips[clip]
            values = spoken.heard.values[frame]
            if self._lesson.mixing:
                values = with_noise(values, self._dealer.dice(position))
            sound.append(values)
            reference.append(spoken.reference)
            change.append(spoken.heard.targets[frame])
        return Batch(torch.stack(sound), torch.stack(reference), torch.stack(change))

    def finish(self) -> None:
        """Ψ is ready."""
        self._done()

    def _losses(self, modules: Modules, batch: AnyBatch) -> LossBook:
        said = modules["expression"](batch.sound, batch.reference)
        loss = squared_error(said.float(), batch.change)
        return {"expression": Loss(loss, self._lesson.weights["expression"])}
