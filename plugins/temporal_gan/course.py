"""From prepared clips and settings to how the GAN learns."""

from collections.abc import Sequence

import attrs

from visemix.core.training.aligned_bank import AlignedBank
from visemix.core.training.stage import Plan
from visemix.core.training.weights import chosen
from visemix.plugins.temporal_gan.latent import LatentSize
from visemix.plugins.temporal_gan.lessons import Excerpt, Lessons
from visemix.plugins.temporal_gan.losses import WEIGHTS
from visemix.plugins.temporal_gan.training import Course

BATCH = 4
"""Excerpts per step; the paper does not say."""

LEAST_EPOCH = 500
"""Steps of an epoch, at least, for trials and learning rates: one of a few clips is over in no
time, and rates that fall with every tenth would be gone before anything was learned."""


@attrs.frozen
class Manner:
    """How a person sets the training up, beside the plan; see TemporalGanDecoder."""

    sequence: int
    epochs: int
    rate: float
    alone: int
    warm_up: int
    lower_half: bool
    mirror: bool
    sound_changes: float
    validation: float
    patience: int
    keep_best: bool


def held_out(
    banks: Sequence[AlignedBank], share: float
) -> tuple[Sequence[AlignedBank], Sequence[AlignedBank]]:
    """Clips to learn from, and the last ones, to stop by; with one clip none is held out."""
    count = min(round(share * len(banks)), len(banks) - 1)
    return banks[: len(banks) - count], banks[len(banks) - count :]


def course_of(banks: Sequence[AlignedBank], size: LatentSize, plan: Plan, manner: Manner) -> Course:
    """How they learn from ``banks``.

    Raises:
        TrainingError: no clip is long enough.
        InvalidValue: the features are no such windows.
    """
    batch = plan.batch or BATCH
    excerpt = Excerpt(
        frames=manner.sequence,
        samples=size.samples,
        noise=size.noise,
        mirror=manner.mirror,
        batch=batch,
        seed=plan.seed,
        sound_changes=manner.sound_changes,
    )
    lessons, weights = Lessons(banks, excerpt), chosen(WEIGHTS, plan.weights)
    epoch = max(lessons.count // batch, 1)
    return Course(
        lessons,
        steps=plan.steps or manner.epochs * epoch,
        epoch=max(epoch, LEAST_EPOCH),
        weights=weights,
        lower_half=manner.lower_half,
        alone=manner.alone if weights["l1"] else 0,
        warm_up=manner.warm_up,
        rate=manner.rate,
        keep_best=manner.keep_best,
    )
