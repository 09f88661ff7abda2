"""Rendering: the drawn face with its named maps; and Shot, what the refiner sees."""

from collections.abc import Mapping
from typing import Annotated

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.shapes import Array, Value, check, positive
from visemix.core.values.attributes import Match


@attrs.frozen(eq=False)
class Rendering(Value):
    """Pictures of the mesh in the crop.

    Attributes:
        rgb: [T, 3, H, W] float32 in [0, 1]; black where nothing is drawn. H and W may be 0 when
            the renderer was told not to shade.
        alpha: [T, 1, H, W] float32 in [0, 1], coverage.
        crop: [T, 2, 3] float32, affine map from full-frame px to crop px.
        fps: frames per second.
        landmarks: [T, L, 3] float32, wanted landmarks in crop px, depth in px.
        maps: name -> [T, C, H, W] float32 ("eye_attention", "landmarks", "triangle" (index or -1),
            "barycentric" (shares of the triangle's corners 0 and 1), "depth", "background").
    """

    rgb: Annotated[Tensor, Array("T 3 h w", low=0, high=1)]
    alpha: Annotated[Tensor, Array("T 1 H W", low=0, high=1)]
    crop: Annotated[Tensor, Array("T 2 3")]
    fps: float = attrs.field(validator=positive)
    landmarks: Annotated[Tensor, Array("T L 3", unit="px")] | None = None
    maps: Mapping[str, Tensor] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        check(self)
        frames, _, height, width = self.alpha.shape
        for name, picture in self.maps.items():
            if picture.ndim != 4 or (len(picture), *picture.shape[2:]) != (frames, height, width):
                where = f"Rendering.maps[{name!r}]"
                expected = f"[{frames}, C, {height}, {width}]"
                raise InvalidValue(f"expected {expected}, got {list(picture.shape)}", where=where)


@attrs.frozen(eq=False)
class Shot(Value):
    """What the refiner sees: the rendering and the reference frames matched to it.

    Attributes:
        rendering: the drawn face.
        match: wanted attributes with the chosen reference frames.
    """

    rendering: Rendering
    match: Match


@attrs.frozen(eq=False)
class Crop(Value):
    """A constant square around the head.

    Attributes:
        matrix: [2, 3] float32, affine map from full-frame px to crop px.
        height, width: size of the crop, px.
    """

    matrix: Annotated[Tensor, Array("2 3")]
    height: int
    width: int

    @staticmethod
    def full(height: int, width: int) -> "Crop":
        """The whole frame."""
        return Crop(torch.eye(2, 3), height, width)
