"""From prepared clips to what the GAN learns in a stage, and how."""

from collections.abc import Mapping, Sequence

import attrs

from visemix.core.interfaces import IdentityEncoder
from visemix.core.training.adversarial import GanLoss
from visemix.core.training.frame_batches import Cut, FrameBatches
from visemix.core.training.material import Material
from visemix.core.training.render_bank import RenderBank, render_bank
from visemix.core.training.stage import Plan
from visemix.core.training.weights import chosen
from visemix.plugins.lstm_pose.memory_gan.identities import (
    identity_features,
    middle_of,
    need_encoder,
)
from visemix.plugins.lstm_pose.memory_gan.lesson import (
    SEQUENCE_FRAMES,
    SEQUENCES,
    SOUND_S,
    Truth,
)
from visemix.plugins.lstm_pose.memory_gan.losses import WEIGHTS
from visemix.plugins.lstm_pose.memory_gan.renders import OFFSETS, without_holes

GENERAL, PERSONAL = "gan-general", "gan-personal"

RATES = {GENERAL: 2e-4, PERSONAL: 1e-4}
BATCH = 1
ZOOM = 286 / 256
"""Pictures are enlarged to 286 px and 256 are cut out again (released code)."""


@attrs.frozen
class Manner:
    """How a person sets the training up, beside the plan.

    Attributes:
        epochs: of a stage.
        rate: learning rate, 0 for the published one of the stage.
        decay: share of the steps, at the end, over which the rate falls to nothing.
        augment: mirror, enlarge and cut out.
        objective: of the adversarial terms.
    """

    epochs: int = 60
    rate: float = 0.0
    decay: float = 0.0
    augment: bool = True
    objective: GanLoss = GanLoss.LOG


@attrs.frozen(eq=False)
class Course:
    """How the GAN learns.

    Attributes:
        batches: examples of every step.
        truth: identity features of their frames.
        steps: in all.
        rate: learning rate.
        decay: share of the steps, at the end, over which it falls to nothing.
        seed: of everything random.
        preset: "paper" or "released".
        objective: of the adversarial terms.
        weights: loss name -> factor.
    """

    batches: FrameBatches
    truth: Truth
    steps: int
    rate: float
    decay: float
    seed: int
    preset: str
    objective: GanLoss
    weights: Mapping[str, float]

    def rate_at(self, step: int) -> float:
        """Factor on the learning rate."""
        left = (self.steps - step) / self.steps
        return min(left / self.decay, 1.0) if self.decay else 1.0


def course_of(name: str, material: Material, plan: Plan, manner: Manner, identity: int) -> Course:
    """Draw the clips and look up who they show.

    Args:
        name: of the stage.
        material: the clips and the recipe's parts.
        plan: seed and limits.
        manner: as the refiner's settings say.
        identity: numbers of an identity feature, 0 for none.

    Raises:
        TrainingError: there is no identity encoder, or it makes other features.
    """
    banks = [_bank(material, place) for place in range(len(material.examples))]
    sequences = bool(material.critics_of(*SEQUENCES))
    length = SEQUENCE_FRAMES if sequences else 1
    zoom = ZOOM if manner.augment else 1.0
    pieces = Cut(OFFSETS, length, SOUND_S if sequences else 0.0, manner.augment, zoom)
    batch = plan.batch or BATCH
    batches = FrameBatches(banks, pieces, batch, plan.seed)
    return Course(
        batches,
        _truth(name, banks, material.identity_encoder, plan, identity),
        steps=plan.steps or manner.epochs * max(batches.count // batch, 1),
        rate=manner.rate or RATES[name],
        decay=manner.decay,
        seed=plan.seed,
        preset=plan.preset,
        objective=manner.objective,
        weights=chosen(WEIGHTS, plan.weights),
    )


def _bank(material: Material, place: int) -> RenderBank:
    bank = render_bank(material.examples[place], material.need_parts())
    return attrs.evolve(bank, alpha=without_holes(bank.alpha))


def _truth(
    name: str,
    banks: Sequence[RenderBank],
    encoder: IdentityEncoder | None,
    plan: Plan,
    identity: int,
) -> Truth:
    if not identity:
        return Truth.of(banks, [])
    known = need_encoder(encoder)
    features = [identity_features(bank.example.subject, known, identity) for bank in banks]
    if name == GENERAL and plan.preset == "released":
        features = [middle_of(f, bank.found) for f, bank in zip(features, banks, strict=True)]
    return Truth.of(banks, features)
