"""The same operations in plain PyTorch: the oracle of the tests.

Any floating dtype; shares, depth and values are differentiable with respect to the vertices, the
matrix and the attributes. Which triangle a pixel shows is not.

Edge functions of homogeneous corners (Olano and Greer, Triangle Scan Conversion using 2D
Homogeneous Coordinates, 1997) need no division by w, so no triangle has to be clipped.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh, check_attributes

AT_ONCE = 4096
"""Triangles whose candidate pixels are in memory together."""


def draw(mesh: Mesh, attributes: Tensor, masks: Tensor | None = None) -> Fragments:
    """Rasterise every frame and mix the vertex attributes.

    Args:
        mesh: what to draw; its dtype is the dtype of the result.
        attributes: [1, V, C] or [T, V, C].
        masks: [1, V, M] or [T, V, M], more attributes; None for none.
    """
    masks = attributes[..., :0] if masks is None else masks
    check_attributes(mesh, attributes)
    check_attributes(mesh, masks)
    points = mesh.homogeneous()
    with torch.no_grad():
        frames = [visible(frame, mesh) for frame in points]
        empty = torch.empty(0, mesh.height, mesh.width, dtype=torch.int32)
        triangle = torch.stack(frames) if frames else empty
    shares, depth = barycentrics(points, mesh, triangle)
    values = interpolate(triangle, shares, mesh.triangles, attributes)
    masked = interpolate(triangle, shares, mesh.triangles, masks)
    coverage = (triangle >= 0).to(values)[:, None]
    return Fragments(triangle, shares[:, :2], depth, values, masked, coverage)


class Candidates(NamedTuple):
    """Pixels that a triangle's bounding box holds, one row per pair.

    Attributes:
        triangle, row, column: [N] int64.
    """

    triangle: Tensor
    row: Tensor
    column: Tensor


def candidates(corners: Tensor, mesh: Mesh) -> Candidates:
    """All pairs of a triangle and a pixel in its box.

    Args:
        corners: [F, 3, 4] homogeneous pixels, finite.
        mesh: gives the size of the picture; triangles that reach behind ``near`` get all of it.
    """
    size = torch.tensor((mesh.width, mesh.height))
    in_front = (corners[..., 3] >= mesh.near).all(-1)
    pixels = corners[..., :2] / corners[..., 3:]
    # A margin of one pixel: rounding must not decide here.
    first = (pixels.amin(1) - 1).clamp(torch.zeros(2).to(pixels), size.to(pixels)).long()
    last = (pixels.amax(1) + 1).clamp(-torch.ones(2).to(pixels), (size - 1).to(pixels)).long()
    first = torch.where(in_front[:, None], first, torch.zeros_like(first))
    last = torch.where(in_front[:, None], last, size - 1)
    extent = (last - first + 1).clamp_min(0)
    count = extent.prod(-1)
    triangle = torch.repeat_interleave(torch.arange(len(corners)), count)
    position = torch.arange(len(triangle)) - (count.cumsum(0) - count)[triangle]
    across = extent[triangle, 0]
    row = first[triangle, 1] + position // across
    return Candidates(triangle, row, first[triangle, 0] + position % across)


def edge_functions(corners: Tensor, row: Tensor, column: Tensor) -> tuple[Tensor, Tensor]:
    """Edge functions opposite corners 0, 1 and 2 at pixel centres.

    Args:
        corners: [N, 3, 4] homogeneous pixels.
        row: [N].
        column: [N].

    Returns:
        Their coefficients of x, y and 1, [N, 3, 3], and their values [N, 3].
    """
    points = corners[..., [0, 1, 3]]
    lines = torch.linalg.cross(points.roll(-1, 1), points.roll(-2, 1))
    x, y = (column + 0.5).to(corners)[:, None], (row + 0.5).to(corners)[:, None]
    return lines, lines[..., 0] * x + lines[..., 1] * y + lines[..., 2]


def visible(points: Tensor, mesh: Mesh) -> Tensor:
    """[H, W] int32, the triangle that each pixel of one frame shows, or -1."""
    seen = torch.full((mesh.height * mesh.width,), -1)
    nearest = torch.full(seen.shape, -torch.inf, dtype=points.dtype)
    corners = points[mesh.triangles.long()]
    finite = corners.isfinite().all(-1).all(-1).nonzero()[:, 0]
    for part in torch.split(finite, AT_ONCE):
        found = candidates(corners[part], mesh)
        index, pixel = part[found.triangle], found.row * mesh.width + found.column
        covered, depth = coverage(corners[index], found, mesh)
        index, pixel, depth = index[covered], pixel[covered], depth[covered]
        best = nearest.scatter_reduce(0, pixel, depth, "amax")
        # Of equal depths the first triangle stays.
        wins = (depth == best[pixel]) & (depth > nearest[pixel])
        first = torch.full_like(seen, len(corners))
        first.scatter_reduce_(0, pixel[wins], index[wins], "amin")
        seen = torch.where(first < len(corners), first, seen)
        nearest = best
    return seen.to(torch.int32).reshape(mesh.height, mesh.width)


def coverage(corners: Tensor, at: Candidates, mesh: Mesh) -> tuple[Tensor, Tensor]:
    """Whether each candidate is covered, [N] bool, and the depth there, [N]."""
    lines, edges = edge_functions(corners, at.row, at.column)
    volume = (lines[:, 0] * corners[:, 0][:, [0, 1, 3]]).sum(-1)
    sign = volume.sign()[:, None]
    edges, right, down = edges * sign, lines[..., 0] * sign, lines[..., 1] * sign
    top_left = (right > 0) | ((right == 0) & (down > 0))
    covered = ((edges > 0) | ((edges == 0) & top_left)).all(-1) & (volume != 0)
    if mesh.cull:
        covered &= volume < 0  # y is down
    shares = edges / edges.sum(-1, keepdim=True)
    depth = (shares * corners[..., 2]).sum(-1)
    covered &= (shares * corners[..., 3]).sum(-1) >= mesh.near
    return covered, depth


def barycentrics(points: Tensor, mesh: Mesh, triangle: Tensor) -> tuple[Tensor, Tensor]:
    """Perspective-correct shares [T, 3, H, W] and depth [T, H, W] of the triangles seen.

    Args:
        points: [T, V, 4] homogeneous pixels.
        mesh: gives the triangles.
        triangle: [T, H, W] int32, -1 where there is none.
    """
    frame, row, column = (triangle >= 0).nonzero(as_tuple=True)
    corner_index = mesh.triangles.long()[triangle[frame, row, column].long()]
    corners = points[frame[:, None], corner_index]
    _, edges = edge_functions(corners, row, column)
    found = edges / edges.sum(-1, keepdim=True)
    shares = points.new_zeros((*triangle.shape, 3)).index_put((frame, row, column), found)
    empty = points.new_full(triangle.shape, -torch.inf)
    depth = empty.index_put((frame, row, column), (found * corners[..., 2]).sum(-1))
    return shares.permute(0, 3, 1, 2), depth


def interpolate(triangle: Tensor, shares: Tensor, triangles: Tensor, attributes: Tensor) -> Tensor:
    """Vertex attributes mixed by the shares of each pixel's triangle.

    Args:
        triangle: [T, H, W] int32, -1 where there is none.
        shares: [T, 3, H, W].
        triangles: [F, 3] int32.
        attributes: [1, V, C] or [T, V, C].

    Returns:
        [T, C, H, W]; 0 where there is no triangle.
    """
    frame, row, column = (triangle >= 0).nonzero(as_tuple=True)
    corners = triangles.long()[triangle[frame, row, column].long()]
    per_corner = attributes[(frame % len(attributes))[:, None], corners].to(shares)
    found = (per_corner * shares[frame, :, row, column][..., None]).sum(1)
    values = shares.new_zeros((*triangle.shape, attributes.shape[-1]))
    return values.index_put((frame, row, column), found).permute(0, 3, 1, 2)


def normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Unit vertex normals [T, V, 3]: the area-weighted mean of the adjacent triangles'."""
    index = triangles.long()
    a, b, c = (vertices[:, index[:, k]] for k in range(3))
    faces = torch.linalg.cross(b - a, c - a)
    total = torch.zeros_like(vertices)
    for k in range(3):
        total = total.index_add(1, index[:, k], faces)
    return torch.nn.functional.normalize(total, dim=-1, eps=torch.finfo(vertices.dtype).tiny)
