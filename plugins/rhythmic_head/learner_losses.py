"""Losses and schedules of the two learners (C.3)."""

from collections.abc import Mapping

import attrs
from torch import Tensor

from visemix.core.errors import TrainingError
from visemix.core.training.weights import chosen

EXPRESSION = {"expression": 1.0}
"""Ψ: mean squared error alone, in paper and released code."""

MOTION = {
    "paper": {"motion": 1.0, "motion_adversarial": 0.1},
    "released": {"motion": 1.0, "motion_adversarial": 0.0},
}
"""Φ: the paper trains with the critic of mean and spread, without a weight for it; in the released
code what the critic says never reaches Φ."""

HALVED_EVERY = 5
"""Epochs from one halving of Φ's learning rate to the next (released code)."""


@attrs.frozen
class Schedule:
    """How long and how fast a stage learns.

    Attributes:
        epochs: rounds through all excerpts (Φ) or frames (Ψ).
        batch: of them per step.
        rate: of Adam.
        decay: of its weights.
    """

    epochs: int
    batch: int
    rate: float
    decay: float = 0.0


SCHEDULES = {
    "head-motion": Schedule(100, 64, 3e-4, 2e-5),
    "expression": Schedule(50, 64, 2e-4),
}
"""By stage. Φ's is the released code's; of Ψ's, only the rate is known (one for all networks)."""


def motion_weights(preset: str, replaced: Mapping[str, float]) -> dict[str, float]:
    """Weights of Φ's terms; that of "motion_adversarial" multiplies a critic's own.

    Raises:
        TrainingError: there is no such preset.
    """
    if preset not in MOTION:
        do = f"the presets of rhythmic-head-motion are {' and '.join(MOTION)}"
        raise TrainingError(f"there is no preset {preset!r}", where="training.preset", do=do)
    return chosen(MOTION[preset], replaced)


def expression_weights(replaced: Mapping[str, float]) -> dict[str, float]:
    """Weights of Ψ's term, whatever the preset."""
    return chosen(EXPRESSION, replaced)


def squared_error(made: Tensor, true: Tensor) -> Tensor:
    """Mean squared error of coefficients (Ψ) or of head motion (Φ)."""
    return (made - true).square().mean()


def halving(step: int, steps: int, epochs: int) -> float:
    """Factor on Φ's learning rate: halved every 5 of ``epochs``, stretched over ``steps``.

    >>> [halving(step, 100, 100) for step in (0, 4, 5, 12)]
    [1.0, 1.0, 0.5, 0.25]
    """
    return float(0.5 ** (step * epochs // max(steps, 1) // HALVED_EVERY))
