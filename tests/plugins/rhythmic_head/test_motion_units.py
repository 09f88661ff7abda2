import attrs
import pytest
import torch

from visemix.core.errors import DatasetError
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.plugins.rhythmic_head.motion_units import FARTHEST, MotionUnits, motion_of


@pytest.mark.parametrize("convention", PoseConvention)
def test_there_and_back(convention: PoseConvention) -> None:
    subject = sample_subject()
    units = MotionUnits.of(subject)
    pose = units.pose(units.numbers(subject.fit), convention)
    true = subject.fit.attributes.pose
    assert true is not None and pose.convention is convention
    again = pose.to(true.convention)
    torch.testing.assert_close(again.rotation, true.rotation, atol=1e-2, rtol=0)
    torch.testing.assert_close(again.translation, true.translation, atol=1e-2, rtol=1e-4)


def test_numbers_are_standard_deviations_from_the_mean() -> None:
    subject = sample_subject()
    seen = MotionUnits.of(subject).numbers(subject.fit)[subject.track.found]
    torch.testing.assert_close(seen.mean(0), torch.zeros(6), atol=1e-3, rtol=0)
    torch.testing.assert_close(seen.std(0, correction=0), torch.ones(6), atol=1e-3, rtol=0)


def test_a_turn_alone_leaves_the_head_in_its_place() -> None:
    units = MotionUnits.of(sample_subject())
    turned = torch.zeros(2, 6)
    turned[1, :3] = 3
    place = units.pose(turned, PoseConvention.EULER_DEG_ORTHO).translation
    torch.testing.assert_close(place[1], place[0])


def test_a_photo_moves_a_little() -> None:
    units = MotionUnits.of(sample_subject(SamplePlan(frames=1)))
    assert float(units.scale[:3].min()) > 0.005 and float(units.scale[:3].max()) < 0.05
    assert bool((units.scale[3:] < 0.01 * units.mean[3]).all())


def test_a_head_stays_on_its_neck() -> None:
    units = MotionUnits.of(sample_subject())
    far = units.pose(torch.full((1, 6), 100.0), PoseConvention.EULER_DEG_ORTHO)
    near = units.pose(torch.full((1, 6), FARTHEST), PoseConvention.EULER_DEG_ORTHO)
    torch.testing.assert_close(far.rotation, near.rotation)


def test_a_pose_is_needed() -> None:
    fit = sample_subject().fit
    without = attrs.evolve(fit, attributes=attrs.evolve(fit.attributes, pose=None))
    with pytest.raises(DatasetError, match="the head pose of the reference is needed"):
        motion_of(without)


def test_rotation_is_a_vector_in_radians() -> None:
    fit = sample_subject().fit
    angles = torch.tensor([[0.0, 30, 0]]).expand(75, -1).clone()
    assert fit.attributes.pose is not None
    pose = HeadPose(angles, fit.attributes.pose.translation, PoseConvention.EULER_DEG_ORTHO)
    turned = attrs.evolve(fit, attributes=attrs.evolve(fit.attributes, pose=pose))
    torch.testing.assert_close(motion_of(turned)[0, :3], torch.tensor([0, torch.pi / 6, 0]))
