"""The three pose conventions: exact conversion, equal pictures, signs."""

import itertools

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings

from visemix.core.values.camera import Camera, Projection
from visemix.core.values.pose import DISTANCE, FOCAL_PX, PX_PER_UNIT, HeadPose, PoseConvention

PAIRS = list(itertools.permutations(PoseConvention, 2))
assert len(PAIRS) == 6

angle = st.floats(-80, 80, width=32)
scale = st.floats(20, 600, width=32)
offset = st.floats(-500, 500, width=32)
poses = st.builds(
    lambda rotation, translation: HeadPose(
        torch.tensor([rotation]), torch.tensor([translation]), PoseConvention.EULER_DEG_ORTHO
    ),
    st.tuples(angle, angle, angle),
    st.tuples(scale, offset, offset),
)


@settings(deadline=None)  # the machine may be busy
@given(poses, st.sampled_from(PAIRS))
def test_there_and_back(pose: HeadPose, pair: tuple[PoseConvention, PoseConvention]) -> None:
    start = pose.to(pair[0])
    back = start.to(pair[1]).to(pair[0])
    assert back.convention is pair[0]
    torch.testing.assert_close(back.rotation, start.rotation, atol=2e-3, rtol=1e-4)
    torch.testing.assert_close(back.translation, start.translation, atol=2e-3, rtol=1e-4)


@settings(deadline=None)  # the machine may be busy
@given(poses)
def test_every_convention_has_the_same_rotation_matrix(pose: HeadPose) -> None:
    matrix = pose.matrix()
    torch.testing.assert_close(matrix @ matrix.mT, torch.eye(3)[None], atol=1e-5, rtol=0)
    for convention in PoseConvention:
        torch.testing.assert_close(pose.to(convention).matrix(), matrix, atol=1e-4, rtol=0)


@settings(deadline=None)  # the machine may be busy
@given(poses)
def test_both_cameras_put_the_model_origin_on_the_same_pixel(pose: HeadPose) -> None:
    principal = torch.tensor([112.0, 112.0])
    perspective = Camera(principal, Projection.PERSPECTIVE, 224, 224, FOCAL_PX, DISTANCE)
    orthographic = Camera(principal, Projection.ORTHOGRAPHIC, 224, 224)
    far = perspective.project(pose.to(PoseConvention.EULER_RAD_PERSP).translation)
    flat = torch.cat((pose.translation[:, 1:], torch.zeros(1, 1)), 1)
    torch.testing.assert_close(far[:, :2], orthographic.project(flat)[:, :2], atol=0.01, rtol=1e-4)


@settings(deadline=None)  # the machine may be busy
@given(poses)
def test_both_cameras_agree_near_the_origin_to_first_order(pose: HeadPose) -> None:
    """A point in the plane of the origin, parallel to the picture, has the same pixel in both."""
    model = pose.matrix()[0].T @ torch.tensor([0.3, -0.2, 0.0])
    place = pose.to(PoseConvention.EULER_RAD_PERSP)
    seen = place.matrix()[0] @ model + place.translation[0]
    pixels = FOCAL_PX * seen[:2] / (DISTANCE - seen[2])
    flat = pose.translation[0, 0] * (pose.matrix()[0] @ model)[:2] + pose.translation[0, 1:]
    torch.testing.assert_close(pixels, flat, atol=0.02, rtol=1e-4)


@settings(deadline=None)  # the machine may be busy
@given(poses)
def test_rotvec_maps_the_observed_face_to_the_canonical_one(pose: HeadPose) -> None:
    """p = R l + T with l the face in px of the perspective camera (Chen et al.)."""
    model = torch.tensor([0.4, -0.3, 0.6])
    place = pose.to(PoseConvention.EULER_RAD_PERSP)
    observed = PX_PER_UNIT * (place.matrix()[0] @ model + place.translation[0])
    chen = pose.to(PoseConvention.ROTVEC_PX)
    canonical = chen.matrix()[0].T @ observed + chen.translation[0]
    size = float(observed.abs().max()) + 1
    torch.testing.assert_close(canonical, PX_PER_UNIT * model, atol=1e-5 * size + 1e-3, rtol=1e-4)


@pytest.mark.parametrize("convention", list(PoseConvention))
def test_signs_hold_in_every_convention(convention: PoseConvention) -> None:
    """+pitch looks down, +yaw to picture right, +roll tilts to picture left."""
    pose = HeadPose(
        torch.eye(3) * 20,
        torch.tensor([[100.0, 0, 0]]).repeat(3, 1),
        PoseConvention.EULER_DEG_ORTHO,
    )
    pitch, yaw, roll = pose.to(convention).matrix()
    nose, crown = torch.tensor([0.0, 0, 1]), torch.tensor([0.0, 1, 0])
    assert (pitch @ nose)[1] < -0.3
    assert (yaw @ nose)[0] > 0.3
    assert (roll @ crown)[0] < -0.3


def test_the_same_convention_is_the_same_value() -> None:
    pose = HeadPose(torch.zeros(1, 3), torch.ones(1, 3), PoseConvention.ROTVEC_PX)
    assert pose.to(PoseConvention.ROTVEC_PX) is pose
