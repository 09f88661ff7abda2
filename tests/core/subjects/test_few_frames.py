import attrs
import pytest
import torch

from visemix.core.errors import InvalidValue, SubjectError
from visemix.core.subjects.few_frames import few_frames, frontal_frame
from visemix.core.testing.samples import LOST, SamplePlan, sample_subject
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import HeadPose, PoseConvention

SUBJECT = sample_subject()


def _attributes(blink: list[float] | None = None) -> FaceAttributes:
    angles = torch.tensor([[0.0, 9, 0], [3.0, 3, 3], [0.0, 0, 0.1], [0.1, -1, 0]])
    pose = HeadPose(angles, torch.ones(4, 3), PoseConvention.EULER_DEG_ORTHO)
    return FaceAttributes(25.0, pose=pose, blink=None if blink is None else torch.tensor(blink))


def test_the_frontal_frame_turns_least() -> None:
    found = torch.ones(4, dtype=torch.bool)
    assert frontal_frame(_attributes(), found) == 2
    found[2] = False
    assert frontal_frame(_attributes(), found) == 3


def test_the_frontal_frame_has_open_eyes() -> None:
    found = torch.ones(4, dtype=torch.bool)
    assert frontal_frame(_attributes([0, 0, 4.0, 0.2]), found) == 3
    assert frontal_frame(_attributes([2.0, 2, 4, 3]), found) == 2


@pytest.mark.parametrize("count", [1, 8, 32])
def test_references_are_spread_over_the_clip(count: int) -> None:
    frames = few_frames(SUBJECT, count)
    assert len(frames) == len(set(frames.tolist())) == count
    found = SUBJECT.track.found
    assert int(frames[0]) == frontal_frame(SUBJECT.fit.attributes, found)
    assert not set(frames.tolist()) & set(LOST)
    if count > 1:
        gaps = frames[1:].diff()
        assert int(gaps.min()) > 0
        assert int(gaps.max()) <= 75 / (count - 1) + 1 + len(LOST)


def test_there_are_no_more_references_than_frames_with_a_face() -> None:
    frames = few_frames(SUBJECT, 500)
    assert sorted(frames.tolist()) == SUBJECT.track.found.nonzero()[:, 0].tolist()
    assert few_frames(sample_subject(SamplePlan(frames=1)), 8).tolist() == [0]


def test_a_subject_without_pose_or_face_is_refused() -> None:
    bare = attrs.evolve(SUBJECT.fit.attributes, pose=None)
    with pytest.raises(InvalidValue, match="there is no head pose"):
        few_frames(attrs.evolve(SUBJECT, fit=attrs.evolve(SUBJECT.fit, attributes=bare)), 1)
    lost = attrs.evolve(SUBJECT.track, found=torch.zeros_like(SUBJECT.track.found))
    with pytest.raises(SubjectError, match="no frame shows the face"):
        few_frames(attrs.evolve(SUBJECT, track=lost), 1)
