"""OwnFrames: the reference as it is."""

import attrs
import pytest
import torch

from visemix.core.errors import InvalidValue, SubjectError
from visemix.core.testing.sample_face_model import SampleFaceModel
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.timeline import cut
from visemix.core.values.attributes import FaceAttributes, Match
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.null_parts.own_frames import OwnFrames, calmest


@pytest.fixture(scope="module")
def subject() -> Subject:
    return sample_subject()  # its face is lost in frames 40 to 42


def matched(base: str, subject: Subject, frames: int, fps: float = 25.0) -> Match:
    matcher = OwnFrames(base)
    begun = matcher.begin(subject, SampleFaceModel(subject.fit.attributes))
    wanted = attrs.evolve(cut(subject.fit.attributes, 0, frames), fps=fps)
    blocks = list(Windowed(matcher.window, matcher.match, begun).run([wanted]))
    index = torch.cat([block.base.index for block in blocks])
    return Match(wanted, attrs.evolve(blocks[0].base, index=index, weight=torch.ones(frames, 1)))


def frames_of(base: str, subject: Subject, frames: int, fps: float = 25.0) -> list[int]:
    return matched(base, subject, frames, fps).base.index[:, 0].tolist()


def test_attributes_are_passed_on(subject: Subject) -> None:
    matcher = OwnFrames()
    wanted = cut(subject.fit.attributes, 3, 9)
    begun = matcher.begin(subject, SampleFaceModel(subject.fit.attributes))
    match = matcher.match(wanted, begun).output
    assert match.attributes is wanted
    assert match.face is None and match.mouth is None and match.eyes is None


def test_the_first_frame_that_shows_the_face(subject: Subject) -> None:
    assert frames_of("first", subject, 30) == [0] * 30
    found = subject.track.found.clone()
    found[:7] = False
    late = attrs.evolve(subject, track=attrs.evolve(subject.track, found=found))
    assert frames_of("first", late, 3) == [7] * 3


def test_the_calmest_frame(subject: Subject) -> None:
    seen = subject.fit.attributes
    assert seen.expression is not None and seen.blink is not None and seen.pose is not None
    calm = 20
    expression, blink, turn = (
        seen.expression.clone(),
        seen.blink.clone(),
        seen.pose.rotation.clone(),
    )
    expression[calm], blink[calm] = 0, 0
    turn[calm] = turn[subject.track.found].median(0).values
    pose = attrs.evolve(seen.pose, rotation=turn)
    changed: FaceAttributes = attrs.evolve(seen, expression=expression, blink=blink, pose=pose)
    changed_fit = attrs.evolve(subject.fit, attributes=changed)
    other = attrs.evolve(subject, fit=changed_fit)
    assert calmest(other) == calm
    assert frames_of("neutral", other, 30) == [calm] * 30


def test_the_longest_shot_is_played_back_and_forth(subject: Subject) -> None:
    there = list(range(40))
    assert frames_of("play", subject, 75) == there + there[-2::-1][:35]
    cuts = subject.track.cut.clone()
    cuts[10] = True  # 0 to 9, 10 to 39, 43 to 74
    in_shots = attrs.evolve(subject, track=attrs.evolve(subject.track, cut=cuts))
    assert frames_of("play", in_shots, 40) == [*range(43, 75), *range(73, 65, -1)]


def test_it_keeps_its_own_pace(subject: Subject) -> None:
    assert frames_of("play", subject, 7, fps=50.0) == [0, 1, 1, 2, 2, 3, 3]
    assert frames_of("play", subject, 4, fps=12.5) == [0, 2, 4, 6]


def test_a_photo() -> None:
    photo = sample_subject(SamplePlan(frames=1))
    for base in ("first", "neutral", "play"):
        assert frames_of(base, photo, 1) == [0]
        matcher = OwnFrames(base)
        begun = matcher.begin(photo, SampleFaceModel(photo.fit.attributes))
        wanted = cut(photo.fit.attributes, 0, 5)
        assert matcher.match(wanted, begun).output.base.index.tolist() == [[0]] * 5


def test_misuse(subject: Subject) -> None:
    with pytest.raises(InvalidValue, match="first or neutral or play"):
        OwnFrames("last")
    unseen = torch.zeros_like(subject.track.found)
    nobody = attrs.evolve(subject, track=attrs.evolve(subject.track, found=unseen))
    with pytest.raises(SubjectError, match="no frame shows the face"):
        OwnFrames().begin(nobody, SampleFaceModel(subject.fit.attributes))
