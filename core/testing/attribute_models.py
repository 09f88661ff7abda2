"""What every AttributeModel must do."""

import torch

from visemix.core.interfaces import AttributeModel
from visemix.core.testing.expectations import expect, expect_same
from visemix.core.testing.promise import Promise, size_in
from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.testing.streaming import Stage, check_stage
from visemix.core.timeline import length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject

FRAMES = 75
SEED = 7


def check_model_stage(model: AttributeModel, promise: Promise) -> None:
    """Lengths, memory, determinism, and streams in any pieces."""
    check_stage(_stage(model, _subject(promise)), _features(promise))


def check_model_contract(model: AttributeModel, promise: Promise) -> None:
    """Expression basis, pose convention and frame rate are what the contract says."""
    features = _features(promise)
    made = _stage(model, _subject(promise)).run([features])
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
    made = _stage(model, photo).run([_features(promise)])
    expect(length(made) == FRAMES, f"{FRAMES} frames of features gave {length(made)}")


def check_model_hears(model: AttributeModel, promise: Promise) -> None:
    """Other sound gives other attributes, unless the part asks for no features."""
    if "features" not in promise.contract.consumes:
        return
    features = _features(promise)
    louder = AudioFeatures(
        -2 * features.values, features.fps, features.kind, features.centre, features.look_ahead_ms
    )
    subject = _subject(promise)
    first, second = (_stage(model, subject).run([x]) for x in (features, louder))
    expect(not _equal(first, second), "other features give the same attributes")


def check_model_personal(model: AttributeModel, promise: Promise) -> None:
    """``personalise`` gives a model that works and leaves the general one as it is."""
    subject, features = _subject(promise), _features(promise)
    before = _stage(model, subject).run([features])
    personal = model.personalise(subject, features)
    expect(isinstance(personal, AttributeModel), "personalise must give an AttributeModel")
    after = _stage(model, subject).run([features])
    expect_same(after, before, "personalise must leave the general model as it is")
    check_stage(_stage(personal, subject), features)


MODEL_CHECKS = (
    check_model_stage,
    check_model_contract,
    check_model_photo,
    check_model_hears,
    check_model_personal,
)


def _stage(model: AttributeModel, subject: Subject) -> Stage[AudioFeatures, FaceAttributes]:
    return Stage(model.window, model.predict, lambda: model.begin(subject, SEED))


def _plan(promise: Promise, frames: int = FRAMES) -> SamplePlan:
    offered = promise.offered("attributes", "expression")
    basis = str(offered[0] if isinstance(offered, list) else offered or "landmark-mesh-64")
    fps = float(promise.wanted("features", "fps", 25.0))
    return SamplePlan(fps=fps, frames=frames, basis=basis, expression=size_in(basis, 64))


def _subject(promise: Promise) -> Subject:
    return sample_subject(_plan(promise))


def _features(promise: Promise) -> AudioFeatures:
    """What the part says that it listens to."""
    kind = str(promise.wanted("features", "kind", "sample"))
    rows = int(promise.wanted("features", "window", 9))
    width = int(promise.wanted("features", "width", 12))
    return sample_features(
        kind, (FRAMES, rows, width), float(promise.wanted("features", "fps", 25))
    )


def _equal(first: FaceAttributes, second: FaceAttributes) -> bool:
    pairs = [(getattr(first, n), getattr(second, n)) for n in ("expression", "latent")]
    return all(torch.equal(a, b) for a, b in pairs if a is not None and b is not None)
