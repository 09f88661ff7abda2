"""The two cameras of the field in a crop of any size, and poses taken from one size to another.

The perspective camera of Deep3D and Yi et al. (focal 1015 px, principal point 112, distance 10) is
that of a 224 px picture; in a larger crop its focal length grows with the picture, so that a head
looks the same. A ``HeadPose`` counts in px of the crop (docs/conventions.md).
"""

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.values.camera import Camera, Projection
from visemix.core.values.pose import DISTANCE, FOCAL_PX, HeadPose, PoseConvention
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import FaceFit

REFERENCE_PX = 224
"""Size of the picture that the perspective camera is defined for."""


def projection_named(camera: str) -> Projection:
    """The camera of that name.

    Raises:
        InvalidValue: there is none.
    """
    try:
        return Projection(camera)
    except ValueError:
        names = " or ".join(p.value for p in Projection)
        raise InvalidValue(f"expected {names}, got {camera!r}", where="camera") from None


def camera_in(crop: Crop, projection: Projection) -> Camera:
    """The camera that looks at a crop."""
    principal = torch.tensor([crop.width / 2, crop.height / 2])
    focal = FOCAL_PX * crop.height / REFERENCE_PX
    return Camera(principal, projection, crop.height, crop.width, focal, DISTANCE)


def resized(pose: HeadPose, from_px: float, to_px: float) -> HeadPose:
    """The same head in a picture of another size: ``pose`` is in px of ``from_px``."""
    ortho = pose.to(PoseConvention.EULER_DEG_ORTHO)
    translation = ortho.translation * (to_px / from_px)
    return attrs.evolve(ortho, translation=translation).to(pose.convention)


def origin(pose: HeadPose, camera: Camera) -> Tensor:
    """Where the model's origin is in camera coordinates [T, 3].

    Px for an orthographic camera (z = 0), model units for a perspective one.
    """
    scale, x, y = pose.to(PoseConvention.EULER_DEG_ORTHO).translation.unbind(-1)
    if camera.projection is Projection.ORTHOGRAPHIC:
        return torch.stack((x, y, torch.zeros_like(x)), -1)
    return torch.stack((x / scale, y / scale, camera.distance - camera.focal / scale), -1)


def place(shape: Tensor, pose: HeadPose, camera: Camera) -> Tensor:
    """Model points [T, V, 3] in camera coordinates."""
    turned = shape @ pose.matrix().mT
    if camera.projection is Projection.ORTHOGRAPHIC:
        scale = pose.to(PoseConvention.EULER_DEG_ORTHO).translation[:, 0]
        turned = scale[:, None, None] * turned
    return turned + origin(pose, camera)[:, None]


def picture_of(points: Tensor, pose: HeadPose, camera: Camera) -> Tensor:
    """Model points [T, L, 3] as a tracker gives them: x, y in crop px, depth in px from the origin.

    Depth is negative towards the viewer.
    """
    scale = pose.to(PoseConvention.EULER_DEG_ORTHO).translation[:, 0]
    pixels = camera.project(place(points, pose, camera))
    depth = -(points @ pose.matrix().mT)[..., 2] * scale[:, None]
    return torch.cat((pixels[..., :2], depth[..., None]), -1)


def mean_pose(fit: FaceFit, frames: int) -> HeadPose:
    """How the fitted person holds their head on average, for ``frames`` frames.

    Raises:
        InvalidValue: the fit has no pose.
    """
    pose = fit.attributes.pose
    if pose is None:
        raise InvalidValue("neither the attributes nor the subject have a head pose")
    rotation, translation = pose.rotation.mean(0), pose.translation.mean(0)
    return attrs.evolve(
        pose, rotation=rotation.expand(frames, 3), translation=translation.expand(frames, 3)
    )
