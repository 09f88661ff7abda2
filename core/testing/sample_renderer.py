"""Draws the sample head with every map that a refiner may ask for."""

from collections.abc import Iterable

import torch
from torch import Tensor

from visemix.core.interfaces import Renderer
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.rendering import Rendering


class SampleRenderer(Renderer):
    """A z-buffer for small triangles in an orthographic camera.

    Args:
        maps: names of maps; what is neither "triangle", "barycentric", "depth" nor a mask of the
            geometry is the coverage.
    """

    def __init__(self, maps: Iterable[str] = ()) -> None:
        self._maps = tuple(maps)

    def render(self, geometry: FaceGeometry) -> Rendering:
        """Draw every frame; the colours are those of the vertices, unlit."""
        drawn = [_draw(points, geometry) for points in geometry.camera.project(geometry.vertices)]
        triangle = torch.stack([d[0] for d in drawn])
        shares = torch.stack([d[1] for d in drawn])
        alpha = (triangle >= 0).float()[:, None]
        known = {
            "triangle": triangle.float()[:, None],
            "barycentric": shares[..., :2].permute(0, 3, 1, 2).contiguous(),
            "depth": torch.stack([d[2] for d in drawn])[:, None],
        }
        for name, weights in geometry.masks.weights.items():
            known[name] = _spread(weights[:, None], geometry, triangle, shares)
        colors = geometry.colors if geometry.colors is not None else torch.ones(1, 3)
        return Rendering(
            rgb=_spread(colors, geometry, triangle, shares).clamp(0, 1),
            alpha=alpha,
            crop=geometry.crop,
            fps=geometry.fps,
            landmarks=geometry.landmarks,
            maps={name: known.get(name, alpha) for name in self._maps},
        )


def _draw(points: Tensor, geometry: FaceGeometry) -> tuple[Tensor, Tensor, Tensor]:
    """Triangle [H, W] (-1: none), shares of its corners [H, W, 3] and depth [H, W] of one frame."""
    height, width = geometry.camera.height, geometry.camera.width
    corners = points[geometry.triangles.long()]
    x, y, inside, shares = _pixels(corners)
    number = torch.arange(len(corners))[:, None].expand_as(x)
    inside &= (x >= 0) & (x < width) & (y >= 0) & (y < height)
    shares, number = shares[inside], number[inside]
    pixel = (y * width + x)[inside]
    depth = (shares * corners[number][..., 2]).sum(-1)
    nearest = torch.full((height * width,), -torch.inf).scatter_reduce(0, pixel, depth, "amax")
    seen = depth == nearest[pixel]
    triangle = torch.full((height * width,), -1)
    triangle[pixel[seen]] = number[seen]
    seen &= triangle[pixel] == number
    mixed = torch.zeros(height * width, 3)
    mixed[pixel[seen]] = shares[seen]
    depth_map = nearest.masked_fill(triangle < 0, 0)
    size = (height, width)
    return triangle.reshape(size), mixed.reshape(*size, 3), depth_map.reshape(size)


def _pixels(corners: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The pixels of every triangle's box [F, N]: x, y, whether inside, shares [F, N, 3]."""
    low = corners[..., :2].amin(1).floor()
    side = int((corners[..., :2].amax(1) - low).max().ceil()) + 1
    step = torch.arange(side)
    dy, dx = torch.meshgrid(step, step, indexing="ij")
    x = low[:, :1] + dx.flatten() + 0.5
    y = low[:, 1:] + dy.flatten() + 0.5
    a, b, c = corners[..., :2].unbind(1)
    area = _cross(b - a, c - a)
    pixel = torch.stack((x, y), -1)
    share_a = _cross(b[:, None] - pixel, c[:, None] - pixel) / area[:, None]
    share_b = _cross(c[:, None] - pixel, a[:, None] - pixel) / area[:, None]
    shares = torch.stack((share_a, share_b, 1 - share_a - share_b), -1)
    inside = (shares >= 0).all(-1)  # a triangle without an area has NaN, which is not
    return x.floor().long(), y.floor().long(), inside, shares


def _cross(first: Tensor, second: Tensor) -> Tensor:
    return first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]


def _spread(values: Tensor, geometry: FaceGeometry, triangle: Tensor, shares: Tensor) -> Tensor:
    """Vertex values [V, C] over the picture [T, C, H, W], 0 where nothing is drawn."""
    values = values.expand(geometry.vertices.shape[1], -1)
    corners = values[geometry.triangles.long()[triangle.clamp(min=0)]]
    mixed = (corners * shares[..., None]).sum(-2)
    return mixed.permute(0, 3, 1, 2).contiguous()
