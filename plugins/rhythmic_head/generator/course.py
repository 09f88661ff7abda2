"""From prepared clips to what the generator learns in a stage, and how."""

from collections.abc import Callable

import attrs
import torch

from visemix.core.subjects.few_frames import few_frames
from visemix.core.training.chosen_references import FewShot
from visemix.core.training.frame_batches import Cut, FrameBatches
from visemix.core.training.material import Material
from visemix.core.training.perceptual import PerceptualChoice, perceptual_loss
from visemix.core.training.render_bank import RenderBank, render_bank
from visemix.core.training.stage import Plan
from visemix.plugins.rhythmic_head.generator.edges import SEEN, with_edges
from visemix.plugins.rhythmic_head.generator.examples import Choice, Examples
from visemix.plugins.rhythmic_head.generator.losses import Objective, objective
from visemix.plugins.rhythmic_head.generator.training import Lesson

GENERAL, TUNING = "generator", "fine-tune"

EPOCHS = 100
"""Rounds through every frame; the paper trains until it converges."""

BATCH = 2
"""Examples per step (released code: 2 to 4)."""

LEAST_TUNING, TUNING_PER_REFERENCE = 20, 5
"""Steps of fine-tuning: max(20, 5 K) (released code)."""

IN_TIME = ("sequence", "audio-video")
"""What critics of more than one frame judge."""


@attrs.frozen
class Manner:
    """How a person sets the training up, beside the plan.

    Attributes:
        references: R, the largest number of references of an example.
        share: the first share of a clip that references come from.
        gap: frames to the target that they keep.
        choice: what is left to chance.
        perceptual: which perceptual loss.
        sequence: consecutive frames that critics of sequences are shown.
        sound_s: seconds of sound around every frame for critics that hear.
        zoom: largest enlargement of examples.
        rate: learning rate of the generator; 0 for the preset's.
        decay: share of the steps, at the end, over which the rates fall to nothing.
    """

    references: int
    share: float
    gap: int
    choice: Choice
    perceptual: PerceptualChoice
    sequence: int
    sound_s: float
    zoom: float
    rate: float
    decay: float

    def cut(self, judged: set[str]) -> Cut:
        """How examples are cut out for critics that judge such things."""
        in_time = bool(judged & set(IN_TIME))
        return Cut(
            length=self.sequence if in_time else 1,
            sound_s=self.sound_s if in_time else 0.0,
            zoom=self.zoom,
            vary_zoom=True,
            real_window=False,
            references=FewShot(self.references, self.share, self.gap, (SEEN,)),
        )


def lesson_of(
    name: str, material: Material, plan: Plan, manner: Manner, done: Callable[[], None]
) -> Lesson:
    """Draw the clips.

    Args:
        name: of the stage.
        material: the clips and the recipe's parts.
        plan: seed and limits.
        manner: as the refiner's settings say.
        done: called at the end.

    Raises:
        TrainingError: the perceptual loss lacks its weights, or drawn faces have no landmarks.
    """
    critics = material.critics_of("frames", *IN_TIME)
    wanted = _objective(plan, manner)
    parts = material.need_parts()
    banks = [with_edges(render_bank(example, parts)) for example in material.examples]
    if name == TUNING:
        banks = [_few(bank, manner.references) for bank in banks]
    cut = manner.cut({critic.part.judges for critic in critics})
    batch = plan.batch or BATCH
    batches = FrameBatches(banks, cut, batch, plan.seed)
    subjects = [bank.example.subject for bank in banks]
    own = EPOCHS * max(batches.count // batch, 1)
    if name == TUNING:
        own = max(LEAST_TUNING, TUNING_PER_REFERENCE * manner.references)
    return Lesson(
        name=name,
        examples=Examples(batches, subjects, manner.choice, plan.seed),
        steps=plan.steps or own,
        decay=manner.decay,
        wanted=wanted,
        perceptual=perceptual_loss(manner.perceptual) if wanted.weights["perceptual"] else None,
        critics=critics,
        tuned=name == TUNING,
        done=done,
    )


def _objective(plan: Plan, manner: Manner) -> Objective:
    wanted = objective(plan.preset, plan.weights)
    return attrs.evolve(wanted, rate=manner.rate) if manner.rate else wanted


def _few(bank: RenderBank, count: int) -> RenderBank:
    """A clip of which only the K references may be looked at."""
    subject = bank.example.subject
    found = torch.zeros_like(subject.track.found)
    found[few_frames(subject, count)] = True
    subject = attrs.evolve(subject, track=attrs.evolve(subject.track, found=found))
    return attrs.evolve(bank, example=attrs.evolve(bank.example, subject=subject))
