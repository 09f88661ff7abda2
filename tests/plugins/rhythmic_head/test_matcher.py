import attrs
import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.core.subjects.few_frames import few_frames
from visemix.core.testing.sample_face_model import SampleFaceModel
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.timeline import pick
from visemix.core.values.attributes import FaceAttributes, Match
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Subject
from visemix.plugins.rhythmic_head.matcher import RhythmicMatcher

SUBJECT = sample_subject()


def _matched(matcher: RhythmicMatcher, wanted: FaceAttributes, subject: Subject = SUBJECT) -> Match:
    begun = matcher.begin(subject, SampleFaceModel(subject.fit.attributes))
    return matcher.match(wanted, begun).output


def _face(match: Match) -> list[int]:
    assert match.face is not None
    return match.face.index[:, 0].tolist()


def _pose(subject: Subject = SUBJECT) -> HeadPose:
    pose = subject.fit.attributes.pose
    assert pose is not None
    return pose


def test_a_reference_matches_itself() -> None:
    references = few_frames(SUBJECT, 8)
    wanted = pick(SUBJECT.fit.attributes, references)
    match = _matched(RhythmicMatcher(references=8), wanted)
    assert _face(match) == references.tolist()
    assert match.base.index[:, 0].tolist() == [int(references[0])] * 8
    assert match.attributes is wanted


def test_equation_2_picks_the_nearest_rotation_among_the_references() -> None:
    references = few_frames(SUBJECT, 8)
    wanted = SUBJECT.fit.attributes
    turned = _pose().to(PoseConvention.ROTVEC_PX).rotation
    apart = torch.cdist(turned, turned[references])
    assert _face(_matched(RhythmicMatcher(), wanted)) == references[apart.argmin(1)].tolist()


def test_released_distance_is_absolute() -> None:
    references = few_frames(SUBJECT, 8)
    turned = _pose().to(PoseConvention.ROTVEC_PX).rotation
    apart = torch.cdist(turned, turned[references], p=1)
    matcher = RhythmicMatcher(distance="absolute")
    assert _face(_matched(matcher, SUBJECT.fit.attributes)) == references[apart.argmin(1)].tolist()
    squared = _face(_matched(RhythmicMatcher(), SUBJECT.fit.attributes))
    assert squared != references[apart.argmin(1)].tolist()


def test_translation_decides_where_it_is_weighted() -> None:
    references = few_frames(SUBJECT, 8)
    known = _pose().to(PoseConvention.ROTVEC_PX)
    # Turned as the first of two references, and standing where the second does.
    first, second = int(references[1]), int(references[5])
    mixed = HeadPose(known.rotation[[first]], known.translation[[second]], PoseConvention.ROTVEC_PX)
    wanted = attrs.evolve(pick(SUBJECT.fit.attributes, torch.tensor([first])), pose=mixed)
    assert _face(_matched(RhythmicMatcher(), wanted)) == [first]
    assert _face(_matched(RhythmicMatcher(translation_weight=1.0), wanted)) == [second]


def test_the_convention_of_the_pose_does_not_matter() -> None:
    wanted = SUBJECT.fit.attributes
    other = attrs.evolve(wanted, pose=_pose().to(PoseConvention.EULER_RAD_PERSP))
    matcher = RhythmicMatcher(references=32)
    assert _face(_matched(matcher, other)) == _face(_matched(matcher, wanted))


def test_without_a_pose_the_frontal_reference_is_shown() -> None:
    still = attrs.evolve(SUBJECT.fit.attributes, pose=None)
    match = _matched(RhythmicMatcher(), still)
    assert set(_face(match)) == {int(few_frames(SUBJECT, 1)[0])}


def test_a_photo_is_its_own_reference() -> None:
    photo = sample_subject(SamplePlan(frames=1))
    assert set(_face(_matched(RhythmicMatcher(), SUBJECT.fit.attributes, photo))) == {0}


def test_unknown_distances_are_refused() -> None:
    with pytest.raises(InvalidValue, match="squared or absolute"):
        RhythmicMatcher(distance="cosine")
