"""What every ReferenceMatcher must do."""

import torch

from visemix.core.interfaces import ReferenceMatcher
from visemix.core.testing.expectations import expect
from visemix.core.testing.promise import Promise, size_in
from visemix.core.testing.sample_face_model import SampleFaceModel
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.testing.streaming import Stage, check_stage
from visemix.core.timeline import cut, join
from visemix.core.values.attributes import FaceAttributes, Match
from visemix.core.values.subject import Subject

LAYERS = ("base", "face", "mouth", "eyes")


def check_matcher_video(matcher: ReferenceMatcher, promise: Promise) -> None:
    """Frames of a video: in range, seen, shares that sum to 1; streams in any pieces."""
    subject = sample_subject(_plan(promise))
    match = check_stage(_stage(matcher, subject), _wanted(subject))
    _expect_usable(match, subject)


def check_matcher_photo(matcher: ReferenceMatcher, promise: Promise) -> None:
    """Of a photo, the one frame."""
    photo = sample_subject(_plan(promise, frames=1))
    wanted = _wanted(sample_subject(_plan(promise)))
    match = check_stage(_stage(matcher, photo), wanted)
    _expect_usable(match, photo)


def check_matcher_rate(matcher: ReferenceMatcher, promise: Promise) -> None:
    """The attributes it passes on are at the rate of those it got."""
    subject = sample_subject(_plan(promise))
    wanted = _wanted(subject)
    made = _stage(matcher, subject).run([wanted]).attributes
    expect(made.fps == wanted.fps, f"attributes at {wanted.fps} fps came out at {made.fps}")


MATCHER_CHECKS = (check_matcher_video, check_matcher_photo, check_matcher_rate)


def _stage(matcher: ReferenceMatcher, subject: Subject) -> Stage[FaceAttributes, Match]:
    model = SampleFaceModel(subject.fit.attributes)
    return Stage(matcher.window, matcher.match, lambda: matcher.begin(subject, model))


def _plan(promise: Promise, frames: int = 75) -> SamplePlan:
    basis = str(promise.wanted("attributes", "expression", "landmark-mesh-64"))
    return SamplePlan(frames=frames, basis=basis, expression=size_in(basis, 64))


def _wanted(subject: Subject) -> FaceAttributes:
    """What the person did, in another order, also while the face was lost."""
    done = subject.fit.attributes
    return join([cut(done, 20, 50), cut(done, 0, 15)])


def _expect_usable(match: Match, subject: Subject) -> None:
    seen = subject.track.found
    for name in LAYERS:
        layer = getattr(match, name)
        if layer is None:
            continue
        inside = bool((layer.index < len(seen)).all())
        expect(inside, f"{name} names a frame that the reference of {len(seen)} does not have")
        total = layer.weight.sum(1)
        even = torch.allclose(total, torch.ones_like(total), atol=1e-4)
        expect(even, f"the shares of {name} must sum to 1, they sum to {_span(total)}")
        used = layer.index[layer.weight > 0]
        expect(bool(seen[used].all()), f"{name} uses frames in which the face was not seen")


def _span(values: torch.Tensor) -> str:
    return f"{float(values.min()):.3g} to {float(values.max()):.3g}"
