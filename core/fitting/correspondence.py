"""Where MediaPipe's mesh lies on another face mesh, found from a few points known on both.

A thin-plate spline takes MediaPipe's mean face onto the other mean face through the known points;
what lies between is laid onto the surface, and the spline is asked again with it, until it settles.
"""

import torch
from torch import Tensor

from visemix.core.fitting.surface import Embedding, face_normals, vertex_normals

ROUNDS = 5
"""The last one moves no point by 0.1 mm."""

STIFFNESS = 1e-3
"""Of the spline: how far it may miss its points, relative to bending."""

TURN_COST = 0.04
"""What a normal that points the other way costs, squared model units: 2 cm. It tells the upper lip
from the lower one where they touch; normals within 90 degrees cost nothing."""

OPENING_SLACK = 1e-3
"""How freely expressions are mixed to open a mouth."""

AT_ONCE = 64
"""Points whose distances to all triangles are in memory together."""

CANDIDATES = 96
"""Triangles, those with the nearest centres, among which the nearest place is sought."""


def spline(source: Tensor, target: Tensor, points: Tensor, stiffness: float = STIFFNESS) -> Tensor:
    """``points`` [N, 3] moved as the thin-plate spline moves ``source`` [K, 3] to ``target``.

    In three dimensions its kernel is the distance itself (Duchon 1977).
    """
    count = len(source)
    affine = torch.cat((torch.ones(count, 1), source), 1).double()
    kernel = -torch.cdist(source.double(), source.double())
    kernel = kernel + stiffness * torch.eye(count).double()
    top = torch.cat((kernel, affine), 1)
    system = torch.cat((top, torch.cat((affine.T, torch.zeros(4, 4).double()), 1)))
    right = torch.cat((target.double(), torch.zeros(4, 3).double()))
    weights = torch.linalg.solve(system, right)
    basis = torch.cat(
        (
            -torch.cdist(points.double(), source.double()),
            torch.cat((torch.ones(len(points), 1), points), 1).double(),
        ),
        1,
    )
    moved: Tensor = (basis @ weights).to(points)
    return moved


def nearest(points: Tensor, normals: Tensor, vertices: Tensor, triangles: Tensor) -> Embedding:
    """The places of a surface nearest to points with normals [N, 3].

    Args:
        points: [N, 3] model units.
        normals: [N, 3] unit vectors; the surface should look the same way.
        vertices: [V, 3].
        triangles: [F, 3].
    """
    corners = vertices[triangles.long()]
    outward = torch.nn.functional.normalize(face_normals(vertices, triangles), dim=-1)
    centres = corners.mean(1)
    count = min(CANDIDATES, len(triangles))
    chosen, shares = [], []
    for part, normal in zip(
        torch.split(points, AT_ONCE), torch.split(normals, AT_ONCE), strict=True
    ):
        near = torch.cdist(part, centres).topk(count, largest=False).indices  # [n, C]
        share = _closest_shares(part[:, None], corners[near])
        gap = (share[..., None] * corners[near]).sum(2) - part[:, None]
        turned = -(normal[:, None] * outward[near]).sum(-1).clamp_max(0)
        best = ((gap * gap).sum(-1) + TURN_COST * turned).argmin(1)
        row = torch.arange(len(part))
        chosen.append(near[row, best])
        shares.append(share[row, best])
    return Embedding(triangles.long()[torch.cat(chosen)], torch.cat(shares))


def _closest_shares(points: Tensor, corners: Tensor) -> Tensor:
    """Shares [n, C, 3] of the points of triangles [n, C, 3, 3] closest to ``points`` [n, 1, 3]."""
    a, b, c = corners.unbind(-2)
    first, second, arm = b - a, c - a, points - a
    d00, d01, d11 = (
        (x * y).sum(-1) for x, y in ((first, first), (first, second), (second, second))
    )
    d20, d21 = (arm * first).sum(-1), (arm * second).sum(-1)
    scale = (d00 * d11 - d01 * d01).clamp_min(1e-20)
    v, w = (d11 * d20 - d01 * d21) / scale, (d00 * d21 - d01 * d20) / scale
    inside = torch.stack((1 - v - w, v, w), -1)
    # Outside: the nearest of the three edges.
    along_ab = (d20 / d00.clamp_min(1e-20)).clamp(0, 1)
    along_ac = (d21 / d11.clamp_min(1e-20)).clamp(0, 1)
    third = c - b
    along_bc = ((points - b) * third).sum(-1) / (third * third).sum(-1).clamp_min(1e-20)
    along_bc = along_bc.clamp(0, 1)
    zero = torch.zeros_like(v)
    edges = torch.stack(
        (
            torch.stack((1 - along_ab, along_ab, zero), -1),
            torch.stack((1 - along_ac, zero, along_ac), -1),
            torch.stack((zero, 1 - along_bc, along_bc), -1),
        )
    )
    gaps = ((edges[..., None] * corners).sum(3) - points).square().sum(-1)
    best = gaps.argmin(0)[None, ..., None].expand(1, *v.shape, 3)
    nearest_edge = edges.gather(0, best)[0]
    return torch.where((inside >= 0).all(-1, keepdim=True), inside, nearest_edge)


def embed(
    template: Tensor, template_triangles: Tensor, mesh: tuple[Tensor, Tensor], known: "Known"
) -> Embedding:
    """Where every vertex of a template lies on a mesh.

    Args:
        template: [N, 3] MediaPipe's mean face, model units.
        template_triangles: [F, 3].
        mesh: vertices [V, 3] and triangles of the other mean face.
        known: pairs (template vertex, mesh vertex) that show the same place.
    """
    vertices, triangles = mesh
    here = torch.tensor([pair[0] for pair in known])
    there = vertices[torch.tensor([pair[1] for pair in known])]
    source, target = template[here], there
    placed = Embedding.at([0] * len(template))
    for _ in range(ROUNDS):
        moved = spline(source, target, template)
        normals = vertex_normals(moved, template_triangles)
        placed = nearest(moved, normals, vertices, triangles)
        # Half way: a point that was laid wrongly must not pull its neighbours all along.
        halfway = (placed.of(vertices) + moved) / 2
        source, target = torch.cat((template[here], template)), torch.cat((there, halfway))
        source, target = _without_doubles(source, target)
    return placed


Known = list[tuple[int, int]]


def opened(mean: Tensor, directions: Tensor, known: Known, move: Tensor) -> Tensor:
    """A mean face [V, 3] with its mouth opened as a template opens it.

    Lips that touch cannot be told apart by place; those of two open mouths can.

    Args:
        mean: [V, 3].
        directions: [E, V, 3] its expressions.
        known: pairs (template vertex, mesh vertex) that show the same place.
        move: [N, 3] how the template's vertices move when its mouth opens.
    """
    here, there = (list(side) for side in zip(*known, strict=True))
    rows = directions[:, there].flatten(1)
    normal = rows @ rows.T
    ridge = OPENING_SLACK * normal.diagonal().mean() * torch.eye(len(rows))
    amount = torch.linalg.solve(normal + ridge, rows @ move[here].flatten())
    return mean + torch.einsum("k,kvc->vc", amount, directions)


def _without_doubles(source: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The first of points at the same place: two rows alike have no spline."""
    same = torch.cdist(source, source) < 1e-6
    first = same.float().argmax(1) == torch.arange(len(source))
    return source[first], target[first]
