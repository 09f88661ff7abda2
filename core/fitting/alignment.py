"""Rigid pose of a tracked face: scale, rotation, shift of a scaled orthographic camera.

Points are in crop px around the principal point, x right, y up, z towards the viewer
(docs/conventions.md).
"""

import math
from collections.abc import Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.rotations import matrix_to_euler, rotvec_to_matrix, similarity
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.rendering import Crop

DEPTH_WEIGHT = 0.5
"""Trust in a tracked z relative to x and y: MediaPipe guesses it from one picture."""

REFINEMENTS = 3
"""Gauss-Newton steps after the closed-form start; the third changes less than 0.01 px."""


@attrs.frozen(eq=False)
class Alignment:
    """target = scale * rotation @ model + shift, for T frames.

    Attributes:
        scale: [T] px per model unit.
        rotation: [T, 3, 3] model to camera.
        shift: [T, 3] px.
    """

    scale: Tensor
    rotation: Tensor
    shift: Tensor

    def apply(self, model: Tensor) -> Tensor:
        """Model points [N, 3] or [T, N, 3] to px [T, N, 3]."""
        turned = model @ self.rotation.mT
        return self.scale[:, None, None] * turned + self.shift[:, None]

    def undo(self, points: Tensor) -> Tensor:
        """Points in px [T, N, 3] to the model's frame [T, N, 3] (frontalised)."""
        return (points - self.shift[:, None]) @ self.rotation / self.scale[:, None, None]

    def at(self, frames: Tensor) -> "Alignment":
        """The same for some of the frames (indices or bool)."""
        return Alignment(self.scale[frames], self.rotation[frames], self.shift[frames])

    def pose(self) -> HeadPose:
        """The same, as pitch, yaw, roll in degrees and (scale, x, y)."""
        angles = matrix_to_euler(self.rotation) * (180 / math.pi)
        translation = torch.cat((self.scale[:, None], self.shift[:, :2]), 1)
        return HeadPose(angles, translation, PoseConvention.EULER_DEG_ORTHO)


def to_camera(landmarks: Tensor, crop: Crop) -> Tensor:
    """Tracked landmarks [T, L, 3] in full-frame px to px around the crop's centre."""
    matrix = crop.matrix
    zoom = torch.linalg.det(matrix[:, :2]).abs().sqrt()
    x, y = (landmarks[..., :2] @ matrix[:, :2].mT + matrix[:, 2]).unbind(-1)
    depth = landmarks[..., 2] * zoom
    return torch.stack((x - crop.width / 2, crop.height / 2 - y, -depth), -1)


def align(
    model: Tensor, points: Tensor, rigid: Sequence[int], depth_weight: float = DEPTH_WEIGHT
) -> Alignment:
    """Pose of the model in every frame, from the rigid points only.

    Starts from the least-squares similarity and lowers the weight of z to ``depth_weight``.

    Args:
        model: [V, 3] or, with its expressions, [T, V, 3], model units.
        points: [T, V, 3] px.
        rigid: indices of the points that count.
        depth_weight: trust in z relative to x and y.
    """
    source, target = model[..., list(rigid), :], points[:, list(rigid)]
    source = source.expand_as(target)
    scale, rotation, shift = similarity(source, target)
    pose = Alignment(scale, rotation, shift)
    for _ in range(REFINEMENTS):
        pose = _refined(pose, source, target, depth_weight)
    return pose


def _refined(pose: Alignment, source: Tensor, target: Tensor, depth_weight: float) -> Alignment:
    """One Gauss-Newton step on weighted residuals in px."""
    weight = target.new_tensor([1.0, 1.0, depth_weight])
    arm = pose.scale[:, None, None] * (source @ pose.rotation.mT)  # [T, N, 3] px
    residual = (target - arm - pose.shift[:, None]) * weight
    jacobian = torch.cat((_cross(arm), arm[..., None], _eyes(arm)), -1) * weight[:, None]
    rows = jacobian.flatten(1, 2)  # [T, 3N, 7]: turn, relative scale, shift
    normal = rows.mT @ rows
    step = torch.linalg.solve(normal, (rows.mT @ residual.flatten(1)[..., None])).squeeze(-1)
    turn = rotvec_to_matrix(step[:, :3])
    scale = pose.scale * torch.exp(step[:, 3])
    return Alignment(scale, turn @ pose.rotation, pose.shift + step[:, 4:])


def _cross(arm: Tensor) -> Tensor:
    """Derivative of a point by a small turn: d(w x arm)/dw [..., 3, 3]."""
    x, y, z = arm.unbind(-1)
    zero = torch.zeros_like(x)
    rows = ((zero, z, -y), (-z, zero, x), (y, -x, zero))
    return torch.stack([torch.stack(row, -1) for row in rows], -2)


def _eyes(arm: Tensor) -> Tensor:
    return torch.eye(3, dtype=arm.dtype).expand(*arm.shape[:-1], 3, 3)
