"""Points on a triangle mesh: normals, areas, places given by corners and shares."""

from collections.abc import Sequence
from typing import Annotated

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Array, Value


@attrs.frozen(eq=False)
class Embedding(Value):
    """Places on a mesh, each in one triangle.

    Attributes:
        corners: [L, 3] int64 vertex indices.
        shares: [L, 3] float32 of the corners; each row sums to 1.
    """

    corners: Annotated[Tensor, Array("L 3", dtype=torch.int64, low=0)]
    shares: Annotated[Tensor, Array("L 3", low=0, high=1)]

    def of(self, vertices: Tensor) -> Tensor:
        """The places [..., L, C] on a mesh with these vertex values [..., V, C]."""
        return mixed(vertices, self.corners, self.shares)

    @staticmethod
    def at(vertices: Sequence[int]) -> "Embedding":
        """At the vertices themselves."""
        corners = torch.tensor(vertices, dtype=torch.int64)[:, None].expand(-1, 3).contiguous()
        shares = torch.zeros(len(corners), 3)
        shares[:, 0] = 1
        return Embedding(corners, shares)


def mixed(values: Tensor, corners: Tensor, shares: Tensor) -> Tensor:
    """Vertex values [..., V, C] mixed to [..., N, C].

    Args:
        values: of the vertices.
        corners: [N, K] int64, which vertices.
        shares: [N, K] of each.
    """
    picked = values[..., corners.flatten(), :]
    apart = picked.reshape(*picked.shape[:-2], *corners.shape, picked.shape[-1])
    total: Tensor = (apart * shares[..., None]).sum(-2)
    return total


def face_normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Normals of the triangles [..., F, 3], twice as long as their areas."""
    a, b, c = (vertices[..., triangles[:, k].long(), :] for k in range(3))
    normals: Tensor = torch.linalg.cross(b - a, c - a)
    return normals


def vertex_normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Unit normals of the vertices [..., V, 3], triangles around weighted by their areas."""
    normals = face_normals(vertices, triangles)
    total = torch.zeros_like(vertices)
    for k in range(3):
        total = total.index_add(-2, triangles[:, k].long(), normals)
    return torch.nn.functional.normalize(total, dim=-1, eps=1e-12)


def vertex_areas(vertices: Tensor, triangles: Tensor) -> Tensor:
    """A third of the area of the triangles around each vertex [V]."""
    share = torch.linalg.vector_norm(face_normals(vertices, triangles), dim=-1) / 6
    area = vertices.new_zeros(len(vertices))
    for k in range(3):
        area = area.index_add(0, triangles[:, k].long(), share)
    return area


def facing_viewer(vertices: Tensor, triangles: Tensor) -> Tensor:
    """The triangles [F, 3], all turned if most of a face with its nose along +z looks away."""
    outward = face_normals(vertices, triangles)[:, 2].sum() >= 0
    return triangles if bool(outward) else triangles.flip(1)


def smoothed(values: Tensor, triangles: Tensor, rounds: int) -> Tensor:
    """Vertex values [V, C] averaged ``rounds`` times with those of their neighbours."""
    edges = torch.cat([triangles[:, [i, (i + 1) % 3]] for i in range(3)]).long()
    edges = torch.cat((edges, edges.flip(1)))
    ones = values.new_ones(len(edges), 1)
    count = values.new_ones(len(values), 1).index_add(0, edges[:, 0], ones)
    for _ in range(rounds):
        values = values.index_add(0, edges[:, 0], values[edges[:, 1]]) / count
    return values


def mean_edge(vertices: Tensor, triangles: Tensor) -> float:
    """Mean length of the triangles' edges."""
    corners = vertices[triangles.long()]
    return float(torch.linalg.vector_norm(corners - corners.roll(1, 1), dim=-1).mean())
