"""What every rasterizer draws."""

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue

LARGEST_PX = 16384
"""Largest height or width of a picture."""


@attrs.frozen(eq=False)
class Mesh:
    """A moving mesh in front of a camera.

    Attributes:
        vertices: [T, V, 3] or, homogeneous, [T, V, 4], float32 or float64. A triangle with a
            vertex that is not finite is not drawn.
        triangles: [F, 3] int32 indices of vertices, front counter-clockwise as the viewer sees it.
        matrix: [4, 4], vertices to homogeneous pixels (x w, y w, depth, w): x right, y down,
            pixel centres at half integers; larger depth is nearer.
        height, width: size of the picture, px.
        near: smallest w that is drawn.
        cull: leave out triangles that turn their back.

    Raises:
        InvalidValue: names the field that does not look so.
    """

    vertices: Tensor
    triangles: Tensor
    matrix: Tensor
    height: int
    width: int
    near: float = 1e-6
    cull: bool = False

    def __attrs_post_init__(self) -> None:
        _need(self.vertices.ndim == 3, "vertices", "[T, V, 3 or 4]")
        _need(self.vertices.shape[-1] in (3, 4), "vertices", "[T, V, 3 or 4]")
        _need(self.vertices.is_floating_point(), "vertices", "floating point numbers")
        _need(self.triangles.ndim == 2 and self.triangles.shape[1] == 3, "triangles", "[F, 3]")
        _need(self.triangles.dtype == torch.int32, "triangles", "int32")
        _need(self.matrix.shape == (4, 4), "matrix", "[4, 4]")
        _need(0 < self.height <= LARGEST_PX, "height", f"1 to {LARGEST_PX}")
        _need(0 < self.width <= LARGEST_PX, "width", f"1 to {LARGEST_PX}")
        _need(self.near > 0, "near", "a number above 0")
        for field in ("triangles", "matrix"):
            device = self.vertices.device
            _need(getattr(self, field).device == device, field, f"it on {device} as the vertices")
        self._check_indices()

    def homogeneous(self) -> Tensor:
        """[T, V, 4], the vertices in homogeneous pixels (x w, y w, depth, w); differentiable."""
        vertices = self.vertices
        if vertices.shape[-1] == 3:
            vertices = torch.nn.functional.pad(vertices, (0, 1), value=1.0)
        return vertices @ self.matrix.to(vertices).T

    def _check_indices(self) -> None:
        if self.triangles.numel() == 0:
            return
        low, high = (int(x) for x in torch.aminmax(self.triangles))
        count = self.vertices.shape[1]
        if low < 0 or high >= count:
            what = f"it names vertex {low if low < 0 else high} of a mesh of {count}"
            raise InvalidValue(what, where="Mesh.triangles", do="use indices from 0 to V - 1")


def _need(fine: bool, field: str, expected: str) -> None:
    if not fine:
        raise InvalidValue(f"expected {expected}", where=f"Mesh.{field}")


def check_attributes(mesh: Mesh, attributes: Tensor) -> None:
    """Compare vertex attributes with their mesh.

    Raises:
        InvalidValue: they are not [1 or T, V, C], or on another device.
    """
    frames, vertices = mesh.vertices.shape[:2]
    if attributes.ndim != 3 or attributes.shape[:2] not in ((1, vertices), (frames, vertices)):
        what = f"expected [1 or {frames}, {vertices}, C], got {list(attributes.shape)}"
        raise InvalidValue(what, where="attributes")
    if attributes.device != mesh.vertices.device:
        what = f"expected them on {mesh.vertices.device}, got {attributes.device}"
        raise InvalidValue(what, where="attributes")
