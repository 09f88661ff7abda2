"""What parts that speak block by block (AttributeModel, HeadMotion) are tried with."""

from visemix.core.interfaces import AttributeModel, HeadMotion, Speaking
from visemix.core.testing.expectations import expect, expect_same
from visemix.core.testing.promise import Promise
from visemix.core.testing.samples import sample_features
from visemix.core.testing.streaming import Stage, check_stage
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject

FRAMES = 75
SEED = 7


def speaking_stage(part: Speaking, subject: Subject) -> Stage[AudioFeatures, FaceAttributes]:
    """The part, begun for a person."""
    return Stage(part.window, part.predict, lambda: part.begin(subject, SEED))


def rate_of(promise: Promise) -> float:
    """Frames per second that the part wants."""
    return float(promise.wanted("features", "fps", 25.0))


def heard_features(promise: Promise) -> AudioFeatures:
    """What the part says that it listens to."""
    kind = str(promise.wanted("features", "kind", "sample"))
    rows = int(promise.wanted("features", "window", 9))
    width = int(promise.wanted("features", "width", 12))
    return sample_features(kind, (FRAMES, rows, width), rate_of(promise))


def said_of_two(
    part: Speaking, promise: Promise, subject: Subject
) -> tuple[FaceAttributes, FaceAttributes]:
    """What it says of two sounds that differ."""
    features = heard_features(promise)
    louder = AudioFeatures(
        -2 * features.values, features.fps, features.kind, features.centre, features.look_ahead_ms
    )
    first, second = (speaking_stage(part, subject).run([x]) for x in (features, louder))
    return first, second


def check_personal(
    part: AttributeModel | HeadMotion, promise: Promise, subject: Subject, noun: str
) -> None:
    """``personalise`` gives a part that works and leaves the general one as it is.

    Args:
        part: which.
        promise: its manifest.
        subject: who.
        noun: what messages call it.
    """
    kind = AttributeModel if isinstance(part, AttributeModel) else HeadMotion
    article = "an" if kind is AttributeModel else "a"
    features = heard_features(promise)
    before = speaking_stage(part, subject).run([features])
    personal = part.personalise(subject, features)
    given = isinstance(personal, kind)
    expect(given, f"personalise must give {article} {kind.__name__}")
    after = speaking_stage(part, subject).run([features])
    expect_same(after, before, f"personalise must leave the general {noun} as it is")
    check_stage(speaking_stage(personal, subject), features)
