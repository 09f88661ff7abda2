"""Stages in which action units are learned, from sound (Audio2AU) or pictures (classifier)."""

from collections.abc import Callable, Sequence

import attrs
from torch import Tensor, nn
from torch.optim import Adam

from visemix.core.interfaces import Judgement, Sample
from visemix.core.subjects.alignment import Aligned
from visemix.core.training.aligned_bank import AlignedBank, aligned_bank
from visemix.core.training.frame_batch import signed
from visemix.core.training.material import Material
from visemix.core.training.stage import Batch, LossBook, Modules, Plan, Shard, Stage, Turn
from visemix.core.training.weights import chosen
from visemix.plugins.audio2au.action_unit_loss import ActionUnitLoss
from visemix.plugins.audio2au.lessons import Lesson, Lessons, sound_of
from visemix.plugins.audio2au.losses import AU_WEIGHTS
from visemix.plugins.audio2au.speech import ActionUnits, Heard
from visemix.plugins.audio2au.variety import AS_IT_IS, Variety

BETAS = (0.5, 0.999)
"""Of Adam, everywhere in this system."""

Say = Callable[[nn.Module, Lesson], Tensor]
"""A network's logits [B, L, 5] of a lesson."""


@attrs.frozen
class School:
    """How a person sets a pre-training up, beside the plan.

    Attributes:
        sequence: frames of an excerpt.
        epochs: of the stage.
        rate: learning rate.
        variety: of the excerpts.
    """

    sequence: int
    epochs: int
    rate: float
    variety: Variety = AS_IT_IS


class UnitStage(Stage):
    """One network learns action units from labels (eq. 4).

    Args:
        name: of the stage.
        network: learns.
        say: how it is asked.
        lessons: what it is shown.
        loss: of what it says.
        steps: of the stage.
        rate: learning rate.
        done: called after the last step.
    """

    def __init__(  # noqa: PLR0913 - everything that differs between sound and pictures
        self,
        name: str,
        network: nn.Module,
        say: Say,
        *,
        lessons: Lessons,
        loss: ActionUnitLoss,
        steps: int,
        rate: float,
        done: Callable[[], None] = lambda: None,
    ) -> None:
        self.name, self.steps = name, steps
        self.modules = {"network": network.train()}
        optimizer = Adam(network.parameters(), rate, BETAS)
        self.turns = [Turn("action units", optimizer, self._learn)]
        self._say, self._lessons, self._loss, self._done = say, lessons, loss, done

    def batch(self, step: int, shard: Shard) -> Batch:
        """See Stage."""
        return self._lessons.batch(step, shard)

    def finish(self) -> None:
        """See Stage."""
        self._done()

    def _learn(self, modules: Modules, lesson: Batch) -> LossBook:
        logits = self._say(modules["network"], lesson)
        return self._loss.book(logits, lesson.labels, lesson.openface)


def audio2au_stage(
    name: str,
    network: ActionUnits,
    material: Material,
    plan: Plan,
    school: School,
    done: Callable[[], None] = lambda: None,
) -> Stage:
    """Audio2AU learns from sound; ``done`` is called after the last step.

    Raises:
        TrainingError: no clip is long enough.
        DatasetError: a table of OpenFace cannot be used.
    """

    def say(module: nn.Module, lesson: Lesson) -> Tensor:
        heard: Heard = module(lesson.windows)
        return heard.logits

    banks = [sound_of(example) for example in material.examples]
    lessons, loss, steps = _prepared(banks, plan, school)
    return UnitStage(
        name, network, say, lessons=lessons, loss=loss, steps=steps, rate=school.rate, done=done
    )


def classifier_stage(  # noqa: PLR0913 - as that of Audio2AU, with a picture's size and an end
    name: str,
    network: nn.Module,
    material: Material,
    plan: Plan,
    school: School,
    *,
    size: int,
    done: Callable[[], None],
) -> Stage:
    """The classifier learns from real pictures of ``size`` px.

    Raises:
        TrainingError: no clip is long enough.
        DatasetError: a table of OpenFace cannot be used.
    """

    def say(module: nn.Module, lesson: Lesson) -> Tensor:
        judgement: Judgement = module(Sample(frames=signed(lesson.frames.flatten(0, 1))))
        return judgement.scores[0].reshape(*lesson.frames.shape[:2], -1)

    banks = [aligned_bank(example, Aligned(size, size)) for example in material.examples]
    lessons, loss, steps = _prepared(banks, plan, school)
    return UnitStage(
        name, network, say, lessons=lessons, loss=loss, steps=steps, rate=school.rate, done=done
    )


def _prepared(
    banks: Sequence[AlignedBank], plan: Plan, school: School
) -> tuple[Lessons, ActionUnitLoss, int]:
    lessons = Lessons(banks, school.sequence, plan, school.variety)
    loss = ActionUnitLoss(lessons.rates, chosen(AU_WEIGHTS, plan.weights))
    return lessons, loss, plan.steps or school.epochs * lessons.epoch
