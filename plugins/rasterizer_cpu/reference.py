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

AT_ONCE = 1 << 20
"""Pixels of a picture, and pairs of a triangle and a pixel, that are in memory together."""

MARGIN_PX = 0.01


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
        frames = [visible(frame.double(), mesh) for frame in points]
        empty = torch.empty(0, mesh.height, mesh.width, dtype=torch.int32, device=points.device)
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


def boxes(corners: Tensor, mesh: Mesh) -> tuple[Tensor, Tensor]:
    """First and last column and row of the pixels that each triangle may cover.

    Args:
        corners: [F, 3, 4] homogeneous pixels, finite.
        mesh: gives the size of the picture; triangles that reach behind ``near`` get all of it.

    Returns:
        Two [F, 2] int64; a first above its last where there is no pixel.
    """
    size = torch.tensor((mesh.width, mesh.height), device=corners.device)
    in_front = (corners[..., 3] >= mesh.near).all(-1, keepdim=True)
    pixels = corners[..., :2] / corners[..., 3:]
    # Rounding must not decide here.
    first = (pixels.amin(1) - 0.5 - MARGIN_PX).ceil().clamp(torch.zeros_like(size), size).long()
    last = (pixels.amax(1) - 0.5 + MARGIN_PX).floor().clamp(-torch.ones_like(size), size - 1)
    return first.where(in_front, 0), last.long().where(in_front, size - 1)


def candidates(first: Tensor, last: Tensor) -> Candidates:
    """All pairs of a triangle and a pixel in its box, given by ``boxes``."""
    extent = (last - first + 1).clamp_min(0)
    count = extent.prod(-1)
    triangle = torch.repeat_interleave(count)
    position = (
        torch.arange(len(triangle), device=first.device) - (count.cumsum(0) - count)[triangle]
    )
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
    """[H, W] int32, the triangle that each pixel of one frame shows, or -1.

    Args:
        points: [V, 4] homogeneous pixels. In float64, products of float32 numbers are exact, so
            that triangles that share an edge agree on which side of it a pixel is.
        mesh: gives the triangles and the picture.
    """
    corners = points[mesh.triangles.long()]
    finite = corners.isfinite().all(-1).all(-1).nonzero()[:, 0]
    first, last = boxes(corners[finite], mesh)
    rows = max(AT_ONCE // mesh.width, 1)
    bands = [
        _visible(corners, finite, (first, last), (top, min(top + rows, mesh.height)), mesh)
        for top in range(0, mesh.height, rows)
    ]
    return torch.cat(bands).to(torch.int32)


def _visible(
    corners: Tensor,
    finite: Tensor,
    box: tuple[Tensor, Tensor],
    rows: tuple[int, int],
    mesh: Mesh,
) -> Tensor:
    """[H', W] int64, ``visible`` of some rows.

    Args:
        corners: [F, 3, 4].
        finite: [N], which triangles are finite.
        box: of these.
        rows: first row, and the row after the last.
        mesh: gives width, near plane and culling.
    """
    top, bottom = rows
    seen = torch.full(((bottom - top) * mesh.width,), -1, device=corners.device)
    nearest = mesh.vertices.new_full(seen.shape, -torch.inf)
    first, last = (edge.clone() for edge in box)
    first[:, 1].clamp_(min=top)
    last[:, 1].clamp_(max=bottom - 1)
    count = (last - first + 1).clamp_min(0).prod(-1)
    some = count.nonzero()[:, 0]
    sizes = torch.bincount(count[some].cumsum(0) // AT_ONCE).tolist() if len(some) else []
    for part in torch.split(some, sizes):
        found = candidates(first[part], last[part])
        index = finite[part][found.triangle]
        pixel = (found.row - top) * mesh.width + found.column
        covered, depth = coverage(corners[index], found, mesh)
        # In the dtype that was asked for, points of the same depth are.
        index, pixel, depth = index[covered], pixel[covered], depth[covered].to(nearest)
        best = nearest.scatter_reduce(0, pixel, depth, "amax")
        # Of equal depths the first triangle stays.
        wins = (depth == best[pixel]) & (depth > nearest[pixel])
        winner = torch.full_like(seen, len(corners))
        winner.scatter_reduce_(0, pixel[wins], index[wins], "amin")
        seen = torch.where(winner < len(corners), winner, seen)
        nearest = best
    return seen.reshape(-1, mesh.width)


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
