"""Camera: how model coordinates become pixels (docs/conventions.md)."""

import enum
from typing import Annotated

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Array, Value


class Projection(enum.Enum):
    """The two cameras of the field."""

    ORTHOGRAPHIC = "orthographic"
    PERSPECTIVE = "perspective"


@attrs.frozen(eq=False)
class Camera(Value):
    """Maps camera coordinates (x right, y up, z towards the viewer) to pixels (x right, y down).

    Orthographic: x_px = cx + x, y_px = cy - y; model coordinates are pixels already.
    Perspective: the eye is at z = ``distance`` and looks along -z;
    x_px = cx + focal * x / (distance - z), y_px = cy - focal * y / (distance - z).
    Depth, larger is nearer to the eye: z for both.

    Attributes:
        principal: [2] float32, cx and cy in px; pixel centres lie at half integers.
        focal: focal length in px (perspective only).
        distance: eye to model origin, in model units (perspective only).
        height, width: picture size, px.
    """

    principal: Annotated[Tensor, Array("2", unit="px")]
    projection: Projection
    height: int
    width: int
    focal: float = 1015.0
    distance: float = 10.0

    def project(self, points: Tensor) -> Tensor:
        """Camera coordinates [..., 3] to (x px, y px, depth) [..., 3]."""
        x, y, z = points.unbind(-1)
        if self.projection is Projection.PERSPECTIVE:
            scale = self.focal / (self.distance - z)
            x, y = x * scale, y * scale
        cx, cy = self.principal.to(points).unbind()
        return torch.stack((cx + x, cy - y, z), -1)
