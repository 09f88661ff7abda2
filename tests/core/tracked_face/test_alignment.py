"""Pose from rigid points."""

import hypothesis.strategies as st
import torch
from hypothesis import given, settings

from visemix.core.fitting.alignment import Alignment, to_camera
from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.fitting.mediapipe_points import LIPS, RIGID
from visemix.core.rotations import euler_to_matrix
from visemix.core.tracked_face.alignment import align
from visemix.core.values.rendering import Crop

angle = st.floats(-0.75, 0.75, width=32)


def posed(angles: list[float]) -> Alignment:
    return Alignment(
        torch.tensor([120.0]), euler_to_matrix(torch.tensor([angles])), torch.tensor([[9.0, -7, 3]])
    )


@settings(deadline=None, max_examples=20)  # the machine may be busy
@given(angle, angle, angle)
def test_a_known_pose_is_found(pitch: float, yaw: float, roll: float) -> None:
    model, truth = canonical_mesh().vertices, posed([pitch, yaw, roll])
    found = align(model, truth.apply(model))
    torch.testing.assert_close(found.rotation, truth.rotation, atol=1e-4, rtol=0)
    torch.testing.assert_close(found.scale, truth.scale, atol=1e-2, rtol=0)
    torch.testing.assert_close(found.shift, truth.shift, atol=2e-2, rtol=0)


def test_undo_is_the_inverse_of_apply() -> None:
    model, truth = canonical_mesh().vertices, posed([0.2, 0.3, -0.1])
    torch.testing.assert_close(truth.undo(truth.apply(model))[0], model, atol=1e-5, rtol=0)


def test_lips_do_not_move_the_head() -> None:
    model, truth = canonical_mesh().vertices, posed([0.1, 0.2, 0.0])
    points = truth.apply(model)
    before = align(model, points)
    points[:, list(LIPS)] += 30
    torch.testing.assert_close(align(model, points).rotation, before.rotation)
    assert not set(RIGID) & set(LIPS)


def test_noise_in_depth_disturbs_less_than_noise_in_the_picture() -> None:
    model, truth = canonical_mesh().vertices, posed([0.0, 0.0, 0.0])
    points = truth.apply(model).repeat(200, 1, 1)
    noise = torch.randn(200, 478, generator=torch.Generator().manual_seed(0))
    errors = []
    for axis in (1, 2):
        shaken = points.clone()
        shaken[..., axis] += noise
        moved = align(model, shaken).apply(model)[:, list(RIGID)] - points[:, list(RIGID)]
        errors.append(float(moved[..., :2].square().mean()))
    assert errors[1] < 0.5 * errors[0]


def test_camera_points_have_y_up_and_z_forward_around_the_crop_centre() -> None:
    crop = Crop(torch.tensor([[0.5, 0.0, -10.0], [0.0, 0.5, -20.0]]), 100, 200)
    landmarks = torch.tensor([[[220.0, 140.0, 0.0], [222.0, 144.0, -6.0]]])
    expected = torch.tensor([[[0.0, 0.0, 0.0], [1.0, -2.0, 3.0]]])
    torch.testing.assert_close(to_camera(landmarks, crop), expected)


def test_pose_has_the_units_of_its_convention() -> None:
    pose = posed([0.1, -0.2, 0.3]).pose()
    expected = torch.tensor([[0.1, -0.2, 0.3]]) * 180 / torch.pi
    torch.testing.assert_close(pose.rotation, expected, atol=1e-3, rtol=0)
    torch.testing.assert_close(pose.translation, torch.tensor([[120.0, 9.0, -7.0]]))
