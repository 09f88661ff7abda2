"""Smooth silhouettes: what gives a picture a gradient by where the mesh ends.

After Laine et al., Modular Primitives for High-Performance Differentiable Rendering, 2020, section
3.5: where a silhouette crosses between two pixel centres, one of the two pixels gets some of the
other's colour. Which pixels, triangles and edges meet is held fixed; where they cross is not.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh

RIGHT, BELOW = (0, 1), (1, 0)
"""Rows and columns from a pixel to the other of its pair."""


WALK = 8
"""Most triangles between a pixel's centre and a silhouette less than a pixel away."""

SLACK = 2.0**-10
"""How far, px, beyond a pixel's centre an edge may be that seems to run through it: what covers a
pixel was decided with other rounding."""


def neighbours(triangles: Tensor) -> Tensor:
    """What lies across every edge of a mesh.

    Args:
        triangles: [F, 3] int32.

    Returns:
        [F, 3] int32: across edge k, the one opposite corner k, 3 g + j for the triangle g whose
        corner j is not on it; -1 unless exactly two triangles share it.
    """
    corners = triangles.long()
    following, last = corners[:, [1, 2, 0]], corners[:, [2, 0, 1]]
    low, high = torch.minimum(following, last), torch.maximum(following, last)
    edge, order = (low * (high.max() + 1 if len(high) else 1) + high).flatten().sort(stable=True)
    as_last = torch.nn.functional.pad(edge[1:] == edge[:-1], (1, 0))
    as_next = torch.nn.functional.pad(as_last[1:], (0, 1))
    one = as_next & ~as_last  # the first of its edge, and another follows
    one[:-2] &= ~as_next[1:-1]  # but not a third
    at = one.nonzero()[:, 0]
    first, second = order[at], order[at + 1]
    found = torch.full_like(corners.flatten(), -1)
    found[first], found[second] = second, first
    return found.reshape(-1, 3).to(torch.int32)


def antialias(picture: Tensor, fragments: Fragments, mesh: Mesh, across: Tensor) -> Tensor:
    """Blend pixels across silhouettes.

    Two neighbours that show different triangles are a pair; the nearer (larger depth at its own
    centre; of equals the left or upper one) owns it. Going from the owner's centre to the other's,
    over at most WALK triangles, the owner's surface ends at a silhouette after the share a of the
    way, or not at all. Then the owner's pixel gets (1/2 - a) of the other's colour for a < 1/2,
    else the other's gets (a - 1/2) of the owner's: away from corners the exact cover of a square.

    An edge is a silhouette unless exactly two triangles share it and lie on either side of it in
    the picture, whichever way they turn. Pairs along a row take edges steeper than 45 degrees (or
    just so), pairs along a column the others. Edges that reach behind ``mesh.near`` are left out.
    Silhouettes of surfaces that no pixel centre shows are not found.

    Args:
        picture: [T, C, H, W] float32 or float64, on any device.
        fragments: where the triangles are seen: ``triangle`` and ``depth`` are read.
        mesh: what was drawn.
        across: [F, 3] int32, ``neighbours(mesh.triangles)``.

    Returns:
        [T, C, H, W] of the picture's dtype. Where silhouettes meet in a pixel it may leave the
        picture's range by as much as that is wide. Differentiable by ``picture`` and, through
        a, by the mesh's vertices and matrix.
    """
    points = mesh.homogeneous()[..., [0, 1, 3]]
    smooth = picture.permute(0, 2, 3, 1)
    change = torch.zeros_like(smooth)
    for step in (RIGHT, BELOW):
        with torch.no_grad():
            pairs = _pairs(fragments, step)
            crossed = _crossed(pairs, points, mesh, across)
        a = _crossing(crossed, points).to(picture.dtype)[:, None]
        difference = smooth[_pixels(crossed.other)] - smooth[_pixels(crossed.owner)]
        target = _pixels(torch.where(a < 0.5, crossed.owner, crossed.other))
        change = change.index_put(target, (0.5 - a) * difference, accumulate=True)
    return (smooth + change).permute(0, 3, 1, 2)


class _Pairs(NamedTuple):
    """Neighbours that show different triangles.

    Attributes:
        owner, other: [N, 3] frame, row and column.
        triangle: [N], the owner's.
        in_row: whether they are in one row.
    """

    owner: Tensor
    other: Tensor
    triangle: Tensor
    in_row: bool


class _Crossed(NamedTuple):
    """Pairs with a silhouette between them.

    Attributes:
        owner, other: [N, 3] frame, row and column.
        ends: [N, 2] vertices of the edge.
    """

    owner: Tensor
    other: Tensor
    ends: Tensor


def _pixels(at: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return at[:, 0], at[:, 1], at[:, 2]


def _pairs(fragments: Fragments, step: tuple[int, int]) -> _Pairs:
    triangle, depth = fragments.triangle, fragments.depth
    down, right = step
    height, width = triangle.shape[1:]
    here, there = triangle[:, : height - down, : width - right], triangle[:, down:, right:]
    first = (here != there).nonzero()
    second = first + first.new_tensor((0, down, right))
    second_owns = (depth[_pixels(second)] > depth[_pixels(first)])[:, None]
    owner = torch.where(second_owns, second, first)
    other = torch.where(second_owns, first, second)
    return _Pairs(owner, other, triangle[_pixels(owner)].long(), right == 1)


def _crossed(pairs: _Pairs, points: Tensor, mesh: Mesh, across: Tensor) -> _Crossed:
    """The pairs with a silhouette to smooth between them.

    Args:
        pairs: all of them.
        points: [T, V, 3] homogeneous pixels (x w, y w, w).
        mesh: gives triangles and the nearest w.
        across: see ``antialias``.
    """
    triangles, table = mesh.triangles.long(), across.long()
    owner, other, triangle, in_row = pairs
    entry = torch.full_like(triangle, -1)
    found = [_Crossed(owner[:0], other[:0], owner[:0, :2])]
    for _ in range(WALK):
        index = triangles[triangle]
        corners = points[owner[:, :1], index]
        k, leaves = _exit(corners, owner, other, entry)
        owner, other, index, corners = (x[leaves] for x in (owner, other, index, corners))
        k, beyond = k[leaves], table[triangle[leaves], k[leaves]]
        turns = (k[:, None] + torch.arange(3, device=k.device)) % 3
        index = index.gather(1, turns)
        own, a, b = corners.gather(1, turns[..., None].expand(-1, -1, 3)).unbind(1)
        opposite = points[owner[:, 0], triangles.flatten()[beyond.clamp_min(0)]]
        ends = (beyond < 0) | ~(_side(a, b, own) * _side(a, b, opposite) < 0)
        smooth = ends & (a[:, 2] >= mesh.near) & (b[:, 2] >= mesh.near)
        smooth &= _steep(a, b) == in_row
        found.append(_Crossed(owner[smooth], other[smooth], index[smooth, 1:]))
        owner, other, beyond = owner[~ends], other[~ends], beyond[~ends]
        triangle, entry = beyond // 3, beyond % 3
    return _Crossed(*(torch.cat(parts) for parts in zip(*found, strict=True)))


def _exit(corners: Tensor, owner: Tensor, other: Tensor, entry: Tensor) -> tuple[Tensor, Tensor]:
    """The edge by which a triangle is left on the way from one pixel to the other.

    Args:
        corners: [N, 3, 3] homogeneous pixels.
        owner: [N, 3] frame, row and column of the start.
        other: [N, 3], the same of the end.
        entry: [N], the edge by which it was entered, -1 if the start lies in it.

    Returns:
        Its number [N], and whether the triangle is left at all [N].
    """
    inside, outside = _edges(corners, owner), _edges(corners, other)
    sign = _determinant(corners).sign()[:, None]
    number = torch.arange(3, device=entry.device)
    inside, outside = sign * inside, sign * outside
    leaves = (outside < SLACK * inside.clamp_min(0)) & (number != entry[:, None])
    share = torch.where(inside < 0, 0, inside / (inside - outside))
    share = torch.where(leaves, share, torch.inf)
    first = torch.where(share == share.amin(1, keepdim=True), number, 2)
    return first.amin(1), leaves.any(1)


def _side(a: Tensor, b: Tensor, point: Tensor) -> Tensor:
    """[N], on which side of the line through a and b a point [N, 3] lies, 1 or -1."""
    return _determinant(torch.stack((a, b, point), 1)).sign()


def _steep(a: Tensor, b: Tensor) -> Tensor:
    """[N] bool, whether the edge from a to b rises by 45 degrees or more in the picture."""
    along = (b[:, :2] / b[:, 2:] - a[:, :2] / a[:, 2:]).abs()
    return along[:, 1] >= along[:, 0]


def _edges(corners: Tensor, pixel: Tensor) -> Tensor:
    """[N, 3], edge functions of triangles [N, 3, 3] at the centres of pixels."""
    return torch.stack([_edge(corners[:, [(k + 1) % 3, (k + 2) % 3]], pixel) for k in range(3)], 1)


def _edge(ends: Tensor, pixel: Tensor) -> Tensor:
    """[N], which side of an edge [N, 2, 3] the centre of a pixel is, and how far."""
    centre = pixel[:, None, [2, 1]].to(ends) + 0.5
    # Relative to the pixel, large products do not cancel.
    a, b = (ends[..., :2] - centre * ends[..., 2:]).unbind(1)
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def _determinant(rows: Tensor) -> Tensor:
    """[N] of [N, 3, 3]."""
    product: Tensor = torch.linalg.cross(rows[:, 0], rows[:, 1]) * rows[:, 2]
    return product.sum(-1)


def _crossing(crossed: _Crossed, points: Tensor) -> Tensor:
    """[N], how far from the owner's centre to the other's the edge is."""
    ends = points[crossed.owner[:, :1], crossed.ends]
    inside, outside = _edge(ends, crossed.owner), _edge(ends, crossed.other)
    return (inside / (inside - outside)).clamp(-SLACK, 1 + SLACK)
