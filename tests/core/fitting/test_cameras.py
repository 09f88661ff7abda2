"""The two cameras in crops of any size."""

import attrs
import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.core.fitting.cameras import (
    camera_in,
    mean_pose,
    origin,
    picture_of,
    place,
    projection_named,
    resized,
)
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.camera import Projection
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import FaceFit

POSE = HeadPose(
    torch.tensor([[4.0, -20.0, 7.0]]),
    torch.tensor([[100.0, 6.0, -9.0]]),
    PoseConvention.EULER_DEG_ORTHO,
)
SHAPE = torch.randn(1, 30, 3, generator=torch.Generator().manual_seed(0)) * 0.6
BOTH = list(Projection)


@pytest.mark.parametrize("projection", BOTH)
@pytest.mark.parametrize("convention", list(PoseConvention))
def test_a_larger_crop_shows_the_same_picture_larger(
    projection: Projection, convention: PoseConvention
) -> None:
    small, large = (camera_in(Crop.full(size, size), projection) for size in (224, 448))
    pose = POSE.to(convention)
    first = small.project(place(SHAPE, pose, small))[..., :2]
    second = large.project(place(SHAPE, resized(pose, 224, 448), large))[..., :2]
    assert torch.allclose(second, 2 * first, atol=0.02)


def test_the_perspective_camera_at_224_is_that_of_deep3d() -> None:
    camera = camera_in(Crop.full(224, 224), Projection.PERSPECTIVE)
    assert (camera.focal, camera.distance) == (1015.0, 10.0)
    assert camera.principal.tolist() == [112.0, 112.0]


def test_both_cameras_agree_at_the_origin() -> None:
    still = torch.zeros(1, 1, 3)
    for size in (224, 300):
        pixels = [
            camera.project(place(still, POSE, camera))[0, 0, :2]
            for camera in (camera_in(Crop.full(size, size), p) for p in BOTH)
        ]
        assert torch.allclose(pixels[0], pixels[1], atol=1e-3)
        assert pixels[0].tolist() == pytest.approx([size / 2 + 6, size / 2 + 9], abs=1e-3)


def test_at_224_the_origin_is_the_translation_of_the_257_layout() -> None:
    camera = camera_in(Crop.full(224, 224), Projection.PERSPECTIVE)
    translation = POSE.to(PoseConvention.EULER_RAD_PERSP).translation
    assert torch.allclose(origin(POSE, camera), translation, atol=1e-4)


@pytest.mark.parametrize("projection", BOTH)
def test_depth_is_px_from_the_origin_negative_to_the_viewer(projection: Projection) -> None:
    camera = camera_in(Crop.full(256, 256), projection)
    facing = attrs.evolve(POSE, rotation=torch.zeros(1, 3))
    found = picture_of(torch.tensor([[[0.0, 0.0, 0.7]]]), facing, camera)
    assert float(found[0, 0, 2]) == pytest.approx(-70, abs=1e-3)


def test_resizing_there_and_back() -> None:
    again = resized(resized(POSE, 224, 512), 512, 224)
    assert torch.allclose(again.translation, POSE.translation, atol=1e-4)


def test_an_unknown_camera_is_named() -> None:
    with pytest.raises(InvalidValue, match="orthographic or perspective, got 'fisheye'"):
        projection_named("fisheye")


def test_a_fit_without_a_pose_has_no_mean_pose() -> None:
    fit = FaceFit("x", torch.zeros(3, 3), FaceAttributes(25.0, blink=torch.zeros(2)))
    with pytest.raises(InvalidValue, match="head pose"):
        mean_pose(fit, 3)
    posed = attrs.evolve(fit, attributes=FaceAttributes(25.0, pose=POSE))
    assert mean_pose(posed, 3).rotation.shape == (3, 3)
