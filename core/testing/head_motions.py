"""What every HeadMotion must do."""

import torch

from visemix.core.interfaces import HeadMotion
from visemix.core.testing.expectations import expect
from visemix.core.testing.promise import Promise
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
from visemix.core.values.subject import Subject


def check_motion_stage(motion: HeadMotion, promise: Promise) -> None:
    """Lengths, memory, determinism, and streams in any pieces."""
    check_stage(speaking_stage(motion, _subject(promise)), heard_features(promise))


def check_motion_contract(motion: HeadMotion, promise: Promise) -> None:
    """It gives a pose in the convention that the contract names, at the features' rate."""
    features = heard_features(promise)
    made = speaking_stage(motion, _subject(promise)).run([features])
    expect(made.fps == features.fps, f"features at {features.fps} fps gave {made.fps} fps")
    expect(made.pose is not None, "it makes no pose")
    others = ("expression", "blink", "action_units", "latent")
    more = [name for name in others if getattr(made, name) is not None]
    expect(not more, f"it makes {', '.join(more)}, which is not its business")
    if made.pose is not None:
        promise.expect_kept("head", "pose", made.pose.convention.value)


def check_motion_photo(motion: HeadMotion, promise: Promise) -> None:
    """A person of whom there is only a photo, without sound, moves too."""
    made = speaking_stage(motion, _subject(promise, frames=1)).run([heard_features(promise)])
    expect(length(made) == FRAMES, f"{FRAMES} frames of features gave {length(made)}")


def check_motion_hears(motion: HeadMotion, promise: Promise) -> None:
    """Other sound gives other motion, unless the part asks for no features."""
    if "features" not in promise.contract.consumes:
        return
    first, second = said_of_two(motion, promise, _subject(promise))
    if first.pose is not None and second.pose is not None:  # check_motion_contract says otherwise
        differ = not torch.equal(first.pose.rotation, second.pose.rotation)
        expect(differ, "other features give the same rotation")


def check_motion_personal(motion: HeadMotion, promise: Promise) -> None:
    """``personalise`` gives a part that works and leaves the general one as it is."""
    check_personal(motion, promise, _subject(promise), "part")


HEAD_MOTION_CHECKS = (
    check_motion_stage,
    check_motion_contract,
    check_motion_photo,
    check_motion_hears,
    check_motion_personal,
)


def _subject(promise: Promise, frames: int = FRAMES) -> Subject:
    return sample_subject(SamplePlan(fps=rate_of(promise), frames=frames))
