"""What the mesh is painted with: vertex attributes, and how they become colour."""

from collections.abc import Callable

import attrs
import torch
from torch import Tensor

from visemix.core.drawing.light import irradiance
from visemix.core.drawing.texture import sample
from visemix.core.errors import InvalidValue
from visemix.core.values.geometry import FaceGeometry

Normals = Callable[[Tensor, Tensor], Tensor]
"""(vertices [T, V, 3], triangles [F, 3]) -> unit normals [T, V, 3]."""

LookUp = Callable[[Tensor, Tensor], Tensor]
"""(texture [1, 3, h, w], uv [T, 2, H, W]) -> colours [T, 3, H, W]."""


@attrs.frozen(eq=False)
class Appearance:
    """Attributes to interpolate, and the texture they point into.

    Attributes:
        attributes: [1 or T, V, C]: colour (C = 3), or texture coordinates and light (C = 5).
        texture: [3, h, w] float32 in [0, 1] when there are five.
    """

    attributes: Tensor
    texture: Tensor | None = None

    @staticmethod
    def of(geometry: FaceGeometry, normals: Normals, texture: Tensor | None) -> "Appearance":
        """How ``geometry`` looks.

        Raises:
            InvalidValue: a texture, but no texture coordinates.
        """
        if texture is not None and geometry.uv is None:
            do = "leave out the setting 'texture' or use a face model with texture coordinates"
            raise InvalidValue("it has no uv", where="FaceGeometry", do=do)
        if texture is None and geometry.colors is None and geometry.uv is not None:
            # A picture of coordinates, for networks to read: light would make it ambiguous.
            return Appearance(torch.nn.functional.pad(geometry.uv, (0, 1))[None])
        vertices = geometry.vertices
        light = vertices.new_ones(1, vertices.shape[1], 3)
        if geometry.light is not None:
            light = irradiance(normals(vertices, geometry.triangles), geometry.light)
        if texture is not None and geometry.uv is not None:
            uv = geometry.uv.expand(len(light), -1, 2)
            return Appearance(torch.cat((uv, light), -1), texture)
        return Appearance(light if geometry.colors is None else light * geometry.colors)

    def rgb(self, values: Tensor, look_up: LookUp = sample) -> Tensor:
        """[T, 3, H, W] in [0, 1] of the interpolated attributes [T, C, H, W], used up by this."""
        if self.texture is not None:
            values = look_up(self.texture[None], values[:, :2]) * values[:, 2:5]
        # A second copy of a batch of pictures costs as much as drawing them.
        return values.clamp(0, 1) if values.requires_grad else values.clamp_(0, 1)
