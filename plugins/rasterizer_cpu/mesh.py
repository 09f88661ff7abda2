"""What every rasterizer here draws, and what it makes of it."""

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.values.camera import Camera, Projection

NEAREST = 0.01
"""Nearest distance drawn, as a fraction of the camera's distance to the model's origin."""

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
        self._check_indices()

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
        InvalidValue: they are not [1 or T, V, C].
    """
    frames, vertices = mesh.vertices.shape[:2]
    if attributes.ndim != 3 or attributes.shape[:2] not in ((1, vertices), (frames, vertices)):
        what = f"expected [1 or {frames}, {vertices}, C], got {list(attributes.shape)}"
        raise InvalidValue(what, where="attributes")


@attrs.frozen(eq=False)
class Fragments:
    """What every pixel shows.

    Triangles, shares and depth have no pixels (H = W = 0) if nobody wanted them.

    Attributes:
        triangle: [T, H, W] int32 index of the triangle, -1 where there is none.
        shares: [T, 2, H, W] perspective-correct shares of its corners 0 and 1, in [0, 1]; 0 where
            there is none. Corner 2 has the rest.
        depth: [T, H, W], larger is nearer; -inf where there is none.
        values: [T, C, H, W] vertex attributes mixed by these shares; 0 where there is none.
        masks: [T, M, H, W] the same of a second set of attributes, so that each is in one piece.
        coverage: [T, 1, H, W], 1 where there is a triangle, else 0.
    """

    triangle: Tensor
    shares: Tensor
    depth: Tensor
    values: Tensor
    masks: Tensor
    coverage: Tensor


def view_matrix(camera: Camera) -> Tensor:
    """[4, 4] float32, ``camera.project`` as a matrix to homogeneous pixels."""
    cx, cy = (float(x) for x in camera.principal)
    focal, distance = camera.focal, camera.distance
    if camera.projection is Projection.ORTHOGRAPHIC:
        rows = [[1, 0, 0, cx], [0, -1, 0, cy], [0, 0, 1, 0], [0, 0, 0, 1]]
    else:
        # w = distance - z, so a multiple of w moves the picture.
        across = [focal, 0, -cx, cx * distance]
        rows = [across, [0, -focal, -cy, cy * distance], [0, 0, 1, 0], [0, 0, -1, distance]]
    return torch.tensor(rows, dtype=torch.float32)


def nearest_w(camera: Camera) -> float:
    """Smallest w drawn: a set fraction of the eye's distance, for an orthographic camera any."""
    if camera.projection is Projection.ORTHOGRAPHIC:
        return 0.5  # w is 1 for every vertex
    return NEAREST * camera.distance
