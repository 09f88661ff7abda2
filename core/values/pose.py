"""HeadPose: rotation and translation of the head, in one of the field's three conventions.

All conventions describe the same rigid motion and camera, so ``to`` converts exactly
(docs/conventions.md has the derivation).
"""

import enum
import math
from typing import Annotated

import attrs
import torch
from torch import Tensor

from visemix.core.rotations import (
    euler_to_matrix,
    matrix_to_euler,
    matrix_to_rotvec,
    rotvec_to_matrix,
)
from visemix.core.shapes import Array, Value

FOCAL_PX = 1015.0
"""Focal length of the perspective camera of Deep3D and Yi et al., px at 224 x 224."""

DISTANCE = 10.0
"""Distance of that camera to the model origin, model units."""

PX_PER_UNIT = FOCAL_PX / DISTANCE
"""Scale of a model unit at the origin of that camera, px."""


class PoseConvention(enum.Enum):
    """What the six numbers mean.

    EULER_DEG_ORTHO (FACIAL): pitch, yaw, roll in degrees, R = Rz Ry Rx; translation is
        (scale px per model unit, x px, y px) of a scaled orthographic camera, y up.
    EULER_RAD_PERSP (Yi et al.): the same angles in radians; translation in model units before a
        perspective camera (focal 1015 px, distance 10).
    ROTVEC_PX (Chen et al., rhythmic head motion): rotation vector in radians and translation in
        px of the map from the observed face to the canonical one, p = R l + T.
    """

    EULER_DEG_ORTHO = "euler_deg_ortho"
    EULER_RAD_PERSP = "euler_rad_persp"
    ROTVEC_PX = "rotvec_px"


@attrs.frozen(eq=False)
class HeadPose(Value):
    """Head pose of T frames.

    Attributes:
        rotation: [T, 3] float32.
        translation: [T, 3] float32.
        convention: what the numbers mean.
    """

    rotation: Annotated[Tensor, Array("T 3")]
    translation: Annotated[Tensor, Array("T 3")]
    convention: PoseConvention

    def matrix(self) -> Tensor:
        """[T, 3, 3] rotation from the model to the camera (column vectors)."""
        if self.convention is PoseConvention.EULER_DEG_ORTHO:
            return euler_to_matrix(self.rotation * (math.pi / 180))
        if self.convention is PoseConvention.EULER_RAD_PERSP:
            return euler_to_matrix(self.rotation)
        return rotvec_to_matrix(self.rotation).transpose(-1, -2)

    def to(self, convention: PoseConvention) -> "HeadPose":
        """The same pose in another convention, exact up to rounding.

        Raises:
            InvalidValue: a head at or behind the perspective camera has no orthographic scale.
        """
        if convention is self.convention:
            return self
        matrix = self.matrix()
        position = self._position(matrix)
        return _from_matrix(matrix, position, convention)

    def _position(self, matrix: Tensor) -> Tensor:
        """Model origin in camera coordinates of the perspective camera, model units [T, 3]."""
        if self.convention is PoseConvention.EULER_RAD_PERSP:
            return self.translation
        if self.convention is PoseConvention.EULER_DEG_ORTHO:
            scale, x, y = self.translation.unbind(-1)
            return torch.stack((x / scale, y / scale, DISTANCE - FOCAL_PX / scale), -1)
        observed = -(matrix @ self.translation.unsqueeze(-1)).squeeze(-1)
        return observed / PX_PER_UNIT


def _from_matrix(matrix: Tensor, position: Tensor, convention: PoseConvention) -> HeadPose:
    if convention is PoseConvention.EULER_RAD_PERSP:
        return HeadPose(matrix_to_euler(matrix), position, convention)
    if convention is PoseConvention.EULER_DEG_ORTHO:
        x, y, z = position.unbind(-1)
        scale = FOCAL_PX / (DISTANCE - z)
        angles = matrix_to_euler(matrix) * (180 / math.pi)
        return HeadPose(angles, torch.stack((scale, x * scale, y * scale), -1), convention)
    inverse = matrix.transpose(-1, -2)
    shift = -(inverse @ (position * PX_PER_UNIT).unsqueeze(-1)).squeeze(-1)
    return HeadPose(matrix_to_rotvec(inverse), shift, convention)
