"""What every AttributeModel must do."""

import torch

from visemix.core.interfaces import AttributeModel
from visemix.core.testing.expectations import expect
from visemix.core.testing.promise import Promise, size_in
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.testing.speaking import (
    FRAMES,
    check_personal,
    heard_features,
    rate_of,
    said_of_two,
    speaking_stage,
)
from visemix.core.testing.streaming import check_stage
from visemix.core.timeline import length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.subject import Subject


def check_model_stage(model: AttributeModel, promise: Promise) -> None:
    """Lengths, memory, determinism, and streams in any pieces."""
    check_stage(speaking_stage(model, _subject(promise)), heard_features(promise))


def check_model_contract(model: AttributeModel, promise: Promise) -> None:
    """Expression basis, pose convention and frame rate are what the contract says."""
    features = heard_features(promise)
    made = speaking_stage(model, _subject(promise)).run([features])
    expect(made.fps == features.fps, f"features at {features.fps} fps gave {made.fps} fps")
    for name in ("expression", "pose", "blink", "action_units", "latent"):
        offered = promise.offered("attributes", name)
        lacking = offered not in (None, "none", False) and getattr(made, name) is None
        expect(not lacking, f"its manifest promises attributes.{name}, it makes none")
    if made.expression is not None:
        promise.expect_kept("attributes", "expression", made.basis)
        size = size_in(made.basis, made.expression.shape[1])
        found = made.expression.shape[1]
        expect(found == size, f"the basis {made.basis!r} has {size} numbers, it makes {found}")
    if made.pose is not None:
        promise.expect_kept("attributes", "pose", made.pose.convention.value)


def check_model_photo(model: AttributeModel, promise: Promise) -> None:
    """A person of whom there is only a photo, without sound, speaks too."""
    photo = sample_subject(_plan(promise, frames=1))
    made = speaking_stage(model, photo).run([heard_features(promise)])
    expect(length(made) == FRAMES, f"{FRAMES} frames of features gave {length(made)}")


def check_model_hears(model: AttributeModel, promise: Promise) -> None:
    """Other sound gives other attributes, unless the part asks for no features."""
    if "features" not in promise.contract.consumes:
        return
    first, second = said_of_two(model, promise, _subject(promise))
    expect(not _equal(first, second), "other features give the same attributes")


def check_model_personal(model: AttributeModel, promise: Promise) -> None:
    """``personalise`` gives a model that works and leaves the general one as it is."""
    check_personal(model, promise, _subject(promise), "model")


MODEL_CHECKS = (
    check_model_stage,
    check_model_contract,
    check_model_photo,
    check_model_hears,
    check_model_personal,
)


def _plan(promise: Promise, frames: int = FRAMES) -> SamplePlan:
    offered = promise.offered("attributes", "expression")
    basis = str(offered[0] if isinstance(offered, list) else offered or "landmark-mesh-64")
    size = size_in(basis, 64)
    return SamplePlan(fps=rate_of(promise), frames=frames, basis=basis, expression=size)


def _subject(promise: Promise) -> Subject:
    return sample_subject(_plan(promise))


def _equal(first: FaceAttributes, second: FaceAttributes) -> bool:
    pairs = [(getattr(first, n), getattr(second, n)) for n in ("expression", "latent")]
    return all(torch.equal(a, b) for a, b in pairs if a is not None and b is not None)
