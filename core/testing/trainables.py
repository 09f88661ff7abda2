"""What every part that can be trained must do."""

import torch

from visemix.core.errors import CheckpointError
from visemix.core.interfaces import Part
from visemix.core.testing.expectations import expect
from visemix.core.testing.promise import Promise
from visemix.core.training.stage import Trainable


def check_trainable(part: Part, promise: Promise) -> None:
    """Stages in the manifest mean that it can be trained; its weights go out and in again."""
    stages = promise.contract.stages
    if not isinstance(part, Trainable):
        expect(not stages, f"the manifest has the stages {list(stages)}, the class no training")
        return
    weights = {name: value.clone() for name, value in part.weights().items()}
    part.load_weights({name: torch.zeros_like(value) for name, value in weights.items()})
    part.load_weights(weights)
    for name, value in part.weights().items():
        expect(torch.equal(value, weights[name]), f"the weight {name!r} does not come back")
    if weights:
        _expect_refusal(part, dict(list(weights.items())[1:]))


def _expect_refusal(part: Trainable, incomplete: dict[str, torch.Tensor]) -> None:
    try:
        part.load_weights(incomplete)
    except CheckpointError:
        return
    expect(False, "a missing weight must raise CheckpointError")
