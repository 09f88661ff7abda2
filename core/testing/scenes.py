"""Small meshes in front of cameras, and what a ray through each pixel meets."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.values.camera import Camera, Projection
from visemix.core.values.geometry import FaceGeometry, Masks

EDGE_PX = 1 / 8
"""Rasterizers snap vertices to a grid, the coarsest known to 1 / 16 px; nothing is said of pixels
whose centre is nearer to an edge than this."""

SQUARE = [(2.5, 2.5, 0.0), (6.5, 2.5, 0.0), (6.5, 6.5, 0.0), (2.5, 6.5, 0.0)]
HALVES = [(0, 2, 1), (0, 3, 2)]
"""Two triangles that face the viewer; corners on pixel centres."""


def flat(
    points: Sequence[Sequence[float]],
    triangles: Sequence[Sequence[int]],
    size: tuple[int, int] = (8, 8),
) -> FaceGeometry:
    """One frame of an orthographic scene given in pixels.

    Args:
        points: x and y in px, y down, and depth, larger is nearer.
        triangles: vertex indices.
        size: height and width, px.
    """
    vertices = torch.tensor(points, dtype=torch.float32).reshape(1, -1, 3)
    vertices = vertices * torch.tensor([1.0, -1.0, 1.0])
    return scene(vertices, torch.tensor(triangles).reshape(-1, 3), orthographic(size))


def orthographic(size: tuple[int, int]) -> Camera:
    """A camera whose origin is the picture's top left corner."""
    return Camera(torch.zeros(2), Projection.ORTHOGRAPHIC, *size)


def perspective(size: tuple[int, int]) -> Camera:
    """An eye at z = 10 that sees 8 model units across at z = 0."""
    height, width = size
    centre = torch.tensor([width / 2, height / 2])
    return Camera(centre, Projection.PERSPECTIVE, height, width, focal=1.25 * width, distance=10.0)


def scene(vertices: Tensor, triangles: Tensor, camera: Camera) -> FaceGeometry:
    """A geometry with nothing but a mesh [T, V, 3], [F, 3]."""
    frames = len(vertices)
    return FaceGeometry(
        vertices=vertices.to(torch.float32),
        triangles=triangles.to(torch.int32),
        camera=camera,
        crop=torch.eye(2, 3).expand(frames, 2, 3),
        fps=25.0,
    )


def with_mask(geometry: FaceGeometry, name: str, weights: Tensor) -> FaceGeometry:
    """``geometry`` with one mask more."""
    masks = Masks({**geometry.masks.weights, name: weights})
    return attrs.evolve(geometry, masks=masks)


def random_numbers(shape: tuple[int, ...], seed: int) -> Tensor:
    """Between 0 and 1, the same every time."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def net(size: tuple[int, int]) -> FaceGeometry:
    """A crooked grid that reaches over the picture; corners on sixteenths of a pixel."""
    rows, columns = 5, 6
    height, width = size
    y, x = torch.meshgrid(
        torch.linspace(-4, height + 4, rows), torch.linspace(-4, width + 4, columns), indexing="ij"
    )
    points = torch.stack((x, y, torch.zeros_like(x)), -1) + random_numbers((rows, columns, 3), 6)
    points = (points * 16).round() / 16
    index = torch.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    # The second triangle of a cell is wound the other way round.
    triangles = torch.cat((torch.stack((a, c, b), -1), torch.stack((c, b, d), -1)))
    return flat(points.reshape(-1, 3).tolist(), triangles.reshape(-1, 3).tolist(), size)


@attrs.frozen(eq=False)
class Seen:
    """What rays through one frame's pixels meet.

    Attributes:
        triangle: [H, W] int64, -1 where there is none.
        shares: [H, W, 3] of the triangle's corners.
        depth: [H, W], camera z of the point met.
        sure: [H, W] bool, rays a little to each side meet the same triangle.
    """

    triangle: Tensor
    shares: Tensor
    depth: Tensor
    sure: Tensor


def cast(geometry: FaceGeometry, frame: int = 0, nearest: float = 0.0) -> Seen:
    """Follow a ray through every pixel centre, in float64.

    Args:
        geometry: what to look at.
        frame: which frame.
        nearest: points nearer to the eye than this are not seen, model units.
    """
    triangle, shares, depth = _cast(geometry, frame, nearest, 0.0, 0.0)
    sure = torch.ones_like(triangle, dtype=torch.bool)
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (-1, 1), (1, -1)):
        sure &= _cast(geometry, frame, nearest, dx * EDGE_PX, dy * EDGE_PX)[0] == triangle
    return Seen(triangle, shares, depth, sure)


def _cast(
    geometry: FaceGeometry, frame: int, nearest: float, dx: float, dy: float
) -> tuple[Tensor, Tensor, Tensor]:
    start, direction = _rays(geometry.camera, dx, dy)
    corners = geometry.vertices[frame].double()[geometry.triangles.long()]
    # start + t * direction = corner 2 + share 0 * a + share 1 * b, by Cramer's rule; a triangle
    # without an area gives NaN, which is never hit.
    a, b = corners[:, 0] - corners[:, 2], corners[:, 1] - corners[:, 2]
    across = torch.linalg.cross(a, b)
    away = start[:, None] - corners[:, 2]
    ray = -direction[:, None].expand_as(away)
    volume = (across * ray).sum(-1)
    share0 = (torch.linalg.cross(b.expand_as(ray), ray) * away).sum(-1) / volume
    share1 = (torch.linalg.cross(ray, a.expand_as(ray)) * away).sum(-1) / volume
    distance = (across * away).sum(-1) / volume
    shares = torch.stack((share0, share1, 1 - share0 - share1), -1)
    hit = (shares >= 0).all(-1) & (distance > nearest)
    z = start[:, None, 2] + distance * direction[:, None, 2]
    nothing = torch.full((len(z), 1), -torch.inf)
    depth, triangle = torch.cat((torch.where(hit, z, -torch.inf), nothing), 1).max(1)
    empty = depth == -torch.inf
    size = (geometry.camera.height, geometry.camera.width)
    padded = torch.cat((shares, torch.zeros(len(z), 1, 3)), 1)
    shares = padded[torch.arange(len(z)), triangle].reshape(*size, 3)
    return triangle.masked_fill(empty, -1).reshape(size), shares, depth.reshape(size)


def _rays(camera: Camera, dx: float, dy: float) -> tuple[Tensor, Tensor]:
    y, x = torch.meshgrid(
        torch.arange(camera.height) + 0.5 + dy, torch.arange(camera.width) + 0.5 + dx, indexing="ij"
    )
    cx, cy = camera.principal.double().unbind()
    right, up = (x.double() - cx).flatten(), (cy - y.double()).flatten()
    if camera.projection is Projection.ORTHOGRAPHIC:
        start = torch.stack((right, up, torch.full_like(up, 1e6)), -1)
        return start, torch.tensor([0.0, 0.0, -1.0]).double().expand_as(start)
    direction = torch.stack((right / camera.focal, up / camera.focal, -torch.ones_like(up)), -1)
    start = torch.tensor([0.0, 0.0, camera.distance]).double().expand_as(direction)
    return start, direction
