import attrs
import pytest
import torch

from visemix.core.errors import InvalidValue, SubjectError
from visemix.core.subjects.few_frames import few_frames, frontal_frame
from visemix.core.testing.samples import LOST, SamplePlan, sample_subject
from visemix.core.values.pose import HeadPose, PoseConvention

SUBJECT = sample_subject()


def test_the_frontal_frame_turns_least() -> None:
    angles = torch.tensor([[0.0, 9, 0], [3.0, 3, 3], [0.0, 0, 0.1], [0.1, -1, 0]])
    pose = HeadPose(angles, torch.ones(4, 3), PoseConvention.EULER_DEG_ORTHO)
    found = torch.ones(4, dtype=torch.bool)
    assert frontal_frame(pose, found) == 2
    found[2] = False
    assert frontal_frame(pose, found) == 3


@pytest.mark.parametrize("count", [1, 8, 32])
def test_references_are_spread_over_the_clip(count: int) -> None:
    frames = few_frames(SUBJECT, count)
    assert len(frames) == len(set(frames.tolist())) == count
    pose, found = SUBJECT.fit.attributes.pose, SUBJECT.track.found
    assert pose is not None
    assert int(frames[0]) == frontal_frame(pose, found)
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
    with pytest.raises(InvalidValue, match="no head pose"):
        few_frames(attrs.evolve(SUBJECT, fit=attrs.evolve(SUBJECT.fit, attributes=bare)), 1)
    lost = attrs.evolve(SUBJECT.track, found=torch.zeros_like(SUBJECT.track.found))
    with pytest.raises(SubjectError, match="no frame shows the face"):
        few_frames(attrs.evolve(SUBJECT, track=lost), 1)
