from pathlib import Path

import attrs
import pytest
import torch

from visemix.core.contracts import Contract
from visemix.core.errors import DatasetError, RecipeError, SubjectError
from visemix.core.testing.contracts import check_part
from visemix.core.testing.samples import sample_features
from visemix.core.timeline import join
from visemix.core.values.pose import HeadPose
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.driven.clip_pose import ClipPose
from visemix.plugins.driven.retarget import around, mean_pose_of, mean_rotation, pose_of

CONTRACT = Contract("clip-pose", "head_motion", provides={"head": {"pose": "euler_deg_ortho"}})


def moved(part: ClipPose, subject: Subject, frames: int = 75, fps: float = 25.0) -> HeadPose:
    features = sample_features("mfcc", (frames, 28, 12), fps)
    runner = Windowed(part.window, part.predict, part.begin(subject, 0))
    pose = join(list(runner.run([features]))).pose
    assert pose is not None
    return pose


def test_as_they_are(person: Subject, other: Subject, clip: Path) -> None:
    pose = moved(ClipPose(clip=str(clip), relative=False), person)
    true = other.fit.attributes.pose
    assert true is not None
    torch.testing.assert_close(pose.rotation, true.rotation)
    torch.testing.assert_close(pose.translation, true.translation)


def test_around_the_persons_own_mean(person: Subject, other: Subject, clip: Path) -> None:
    pose = moved(ClipPose(clip=str(clip)), person)
    own, theirs, true = mean_pose_of(person), mean_pose_of(other), pose_of(other)
    turn = theirs.matrix()[0].mT @ true.matrix()
    torch.testing.assert_close(own.matrix()[0].mT @ pose.matrix(), turn, atol=1e-4, rtol=0)
    found = other.track.found
    mean = mean_rotation(pose.matrix()[found])
    torch.testing.assert_close(mean, own.matrix()[0], atol=1e-4, rtol=0)
    size = own.translation[0, 0] / theirs.translation[0, 0]
    wanted = own.translation + size * (true.translation - theirs.translation)
    torch.testing.assert_close(pose.translation, wanted, atol=1e-3, rtol=0)


def test_no_motion_is_the_mean_pose(person: Subject, clip: Path) -> None:
    pose = moved(ClipPose(clip=str(clip), amount=0.0), person)
    mean = mean_pose_of(person)
    torch.testing.assert_close(pose.rotation, mean.rotation.expand(75, -1), atol=1e-3, rtol=0)
    torch.testing.assert_close(pose.translation, mean.translation.expand(75, -1))


def test_ones_own_clip_is_as_it_was(person: Subject) -> None:
    pose, mean = pose_of(person), mean_pose_of(person)
    again = around(pose, mean, mean)
    torch.testing.assert_close(again.rotation, pose.rotation, atol=1e-3, rtol=0)
    torch.testing.assert_close(again.translation, pose.translation, atol=1e-3, rtol=0)


def test_from_the_middle_and_back(person: Subject, clip: Path) -> None:
    whole = moved(ClipPose(clip=str(clip)), person)
    late = moved(ClipPose(clip=str(clip), start_s=2.8), person, 10)
    torch.testing.assert_close(late.rotation[:5], whole.rotation[70:])
    torch.testing.assert_close(late.rotation[5:9], whole.rotation[70:74].flip(0))


def test_what_cannot_drive_is_refused(person: Subject, other: Subject, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="which clip is to drive"):
        ClipPose()
    with pytest.raises(SubjectError, match=r"there is no subject.json"):
        ClipPose(clip=str(tmp_path))
    other.save(tmp_path / "x")
    with pytest.raises(RecipeError, match=r"start_s is 9, the clip ends after 3 seconds"):
        ClipPose(clip=str(tmp_path / "x"), start_s=9)
    with pytest.raises(SubjectError, match=r"prepared at 25 frames per second, not 30"):
        moved(ClipPose(clip=str(tmp_path / "x")), person, fps=30.0)
    still = attrs.evolve(other.fit, attributes=attrs.evolve(other.fit.attributes, pose=None))
    attrs.evolve(other, fit=still).save(tmp_path / "y")
    with pytest.raises(DatasetError, match="no head pose"):
        moved(ClipPose(clip=str(tmp_path / "y")), person)


def test_it_conforms(clip: Path) -> None:
    part = ClipPose(clip=str(clip))
    check_part("head_motion", part, CONTRACT)
    assert all(file.is_file() for file in part.files().values())
