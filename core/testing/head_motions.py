"""What every HeadMotion must do."""

import torch

from visemix.core.interfaces import HeadMotion
from visemix.core.testing.expectations import expect, expect_same
from visemix.core.testing.promise import Promise
from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.testing.streaming import Stage, check_stage
from visemix.core.timeline import length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject

FRAMES = 75
SEED = 7


def check_motion_stage(motion: HeadMotion, promise: Promise) -> None:
    """Lengths, memory, determinism, and streams in any pieces."""
    check_stage(_stage(motion, _subject(promise)), _features(promise))


def check_motion_contract(motion: HeadMotion, promise: Promise) -> None:
    """It gives a pose in the convention that the contract names, at the features' rate."""
    features = _features(promise)
    made = _stage(motion, _subject(promise)).run([features])
    expect(made.fps == features.fps, f"features at {features.fps} fps gave {made.fps} fps")
    expect(made.pose is not None, "it makes no pose")
    others = ("expression", "blink", "action_units", "latent")
    more = [name for name in others if getattr(made, name) is not None]
    expect(not more, f"it makes {', '.join(more)}, which is not its business")
    if made.pose is not None:
        promise.expect_kept("head", "pose", made.pose.convention.value)


def check_motion_photo(motion: HeadMotion, promise: Promise) -> None:
    """A person of whom there is only a photo, without sound, moves too."""
    made = _stage(motion, _subject(promise, frames=1)).run([_features(promise)])
    expect(length(made) == FRAMES, f"{FRAMES} frames of features gave {length(made)}")


def check_motion_hears(motion: HeadMotion, promise: Promise) -> None:
    """Other sound gives other motion, unless the part asks for no features."""
    if "features" not in promise.contract.consumes:
        return
    features = _features(promise)
    louder = AudioFeatures(
        -2 * features.values, features.fps, features.kind, features.centre, features.look_ahead_ms
    )
    subject = _subject(promise)
    first, second = (_stage(motion, subject).run([x]).pose for x in (features, louder))
    if first is not None and second is not None:  # check_motion_contract says where there is none
        differ = not torch.equal(first.rotation, second.rotation)
        expect(differ, "other features give the same rotation")


def check_motion_personal(motion: HeadMotion, promise: Promise) -> None:
    """``personalise`` gives a part that works and leaves the general one as it is."""
    subject, features = _subject(promise), _features(promise)
    before = _stage(motion, subject).run([features])
    personal = motion.personalise(subject, features)
    expect(isinstance(personal, HeadMotion), "personalise must give a HeadMotion")
    after = _stage(motion, subject).run([features])
    expect_same(after, before, "personalise must leave the general part as it is")
    check_stage(_stage(personal, subject), features)


HEAD_MOTION_CHECKS = (
    check_motion_stage,
    check_motion_contract,
    check_motion_photo,
    check_motion_hears,
    check_motion_personal,
)


def _stage(motion: HeadMotion, subject: Subject) -> Stage[AudioFeatures, FaceAttributes]:
    return Stage(motion.window, motion.predict, lambda: motion.begin(subject, SEED))


def _subject(promise: Promise, frames: int = FRAMES) -> Subject:
    return sample_subject(SamplePlan(fps=_rate(promise), frames=frames))


def _rate(promise: Promise) -> float:
    return float(promise.wanted("features", "fps", 25.0))


def _features(promise: Promise) -> AudioFeatures:
    """What the part says that it listens to."""
    kind = str(promise.wanted("features", "kind", "sample"))
    rows = int(promise.wanted("features", "window", 9))
    width = int(promise.wanted("features", "width", 12))
    return sample_features(kind, (FRAMES, rows, width), _rate(promise))
