"""FaceGeometry: a moving mesh in front of a camera."""

from collections.abc import Mapping
from typing import Annotated

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Array, Value, positive
from visemix.core.values.camera import Camera


@attrs.frozen(eq=False)
class FaceGeometry(Value):
    """A mesh of fixed topology, posed for every frame.

    Attributes:
        vertices: [T, V, 3] float32, camera coordinates (x right, y up, z towards the viewer).
        triangles: [F, 3] int32 vertex indices, counter-clockwise seen from outside.
        camera: maps ``vertices`` to pixels of the crop.
        crop: [T, 2, 3] float32, affine map from full-frame px to crop px.
        fps: frames per second.
        uv: [V, 2] float32 texture coordinates in [0, 1], v down.
        colors: [V, 3] float32 albedo in [0, 1], linear in the SH light.
        light: [27] float32 spherical-harmonic light, 3 x 9, colour-major; +0.8 is added to band 0.
        landmarks: [T, L, 3] float32, tracker landmarks in crop px (x right, y down), depth in px.
        masks: name -> [V] float32 in [0, 1], vertices that a named map shows ("eye_attention").
    """

    vertices: Annotated[Tensor, Array("T V 3")]
    triangles: Annotated[Tensor, Array("F 3", dtype=torch.int32)]
    camera: Camera
    crop: Annotated[Tensor, Array("T 2 3")]
    fps: float = attrs.field(validator=positive)
    uv: Annotated[Tensor, Array("V 2", low=0, high=1)] | None = None
    colors: Annotated[Tensor, Array("V 3", low=0, high=1)] | None = None
    light: Annotated[Tensor, Array("27")] | None = None
    landmarks: Annotated[Tensor, Array("T L 3", unit="px")] | None = None
    masks: "Masks" = attrs.field(factory=lambda: Masks())


@attrs.frozen(eq=False)
class Masks(Value):
    """Named sets of vertices.

    Attributes:
        weights: name -> [V] float32 in [0, 1].
    """

    weights: Mapping[str, Tensor] = attrs.field(factory=dict)
