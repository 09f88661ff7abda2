"""The tracked mesh with its triangles divided, so that vertex colours hold a picture."""

from functools import cache

import attrs
import torch
from torch import Tensor

from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.fitting.eye_attention import eye_attention
from visemix.core.fitting.mediapipe_points import EYE_LEFT, EYE_RIGHT, MESH
from visemix.core.fitting.surface import vertex_areas

MOST_DIVISIONS = 4


@attrs.frozen(eq=False)
class DenseMesh:
    """MediaPipe's mesh, every triangle divided into four some times over.

    Attributes:
        edges: per division [E, 2] int64, the vertices between which a new one is put.
        triangles: [F, 3] int32, counter-clockwise from outside.
        uv: [V, 2] float32 in [0, 1], v down.
        eyes: [V] float32, FACIAL's eye attention.
    """

    edges: tuple[Tensor, ...]
    triangles: Tensor
    uv: Tensor
    eyes: Tensor

    def vertices(self, landmarks: Tensor) -> Tensor:
        """[..., V, C] of tracked landmarks [..., 478, C]; the irises are left out."""
        return divided(landmarks[..., :MESH, :], self.edges)


@cache
def dense_mesh(divisions: int) -> DenseMesh:
    """The mesh after ``divisions`` rounds, 468 vertices and 898 triangles before the first.

    Three rounds make 28,881 vertices, of the order of the 43,867 of a PRNet position map.
    """
    mesh = canonical_mesh()
    triangles, count, edges = mesh.triangles.long(), MESH, []
    for _ in range(divisions):
        between, triangles = _round(triangles, count)
        edges.append(between)
        count += len(between)
    vertices = divided(mesh.vertices[:MESH], tuple(edges))
    centres = [mesh.vertices[list(eye)].mean(0) for eye in (EYE_RIGHT, EYE_LEFT)]
    areas = vertex_areas(vertices, triangles)
    eyes = eye_attention(vertices, torch.stack(centres), areas)
    return DenseMesh(tuple(edges), triangles.int(), divided(mesh.uv[:MESH], tuple(edges)), eyes)


def divided(values: Tensor, edges: tuple[Tensor, ...]) -> Tensor:
    """Vertex values [..., V, C] with those of the vertices put in the middle of edges."""
    for between in edges:
        middle = (values[..., between[:, 0], :] + values[..., between[:, 1], :]) / 2
        values = torch.cat((values, middle), -2)
    return values


def _round(triangles: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Edges [E, 2] of triangles [F, 3], and the four triangles [4 F, 3] that each becomes."""
    a, b, c = triangles.unbind(1)
    sides = torch.cat([torch.stack(side, 1) for side in ((a, b), (b, c), (c, a))])
    edges, place = torch.unique(sides.sort(1).values, dim=0, return_inverse=True)
    ab, bc, ca = (count + place).split(len(triangles))
    corners = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
    return edges, torch.cat([torch.stack(corner, 1) for corner in corners])
