"""FACIAL's eye attention: the vertices around the eyes in which a blink is painted."""

from functools import cache

import torch
from torch import Tensor

from visemix.plugins.landmark_mesh.mesh import canonical_mesh
from visemix.plugins.landmark_mesh.regions import EYE_LEFT, EYE_RIGHT, MESH

AREA_SHARE = 2439 / 35709
"""Share of the face that FACIAL's released mask covers. There it is a share of vertices, which lie
evenly; here they crowd around the eyes, so the same share is taken of the surface."""


@cache
def eye_attention() -> Tensor:
    """[478] float32, 1 for vertices with (vx - cx)^2 / 4 + (vy - cy)^2 < th (FACIAL eq. 9).

    ``c`` is the centre of the landmarks of either eye in the canonical shape, and ``th`` the
    smallest threshold that covers :data:`AREA_SHARE` of the surface.
    """
    vertices = canonical_mesh().vertices
    centres = torch.stack([vertices[list(eye), :2].mean(0) for eye in (EYE_RIGHT, EYE_LEFT)])
    offset = vertices[:, None, :2] - centres
    distance = (offset[..., 0] ** 2 / 4 + offset[..., 1] ** 2).min(1).values
    area = _vertex_area(vertices)
    order = distance.argsort()
    covered = area[order].cumsum(0) / area.sum()
    threshold = distance[order[torch.searchsorted(covered, AREA_SHARE)]]
    mask = (distance < threshold).float()
    mask[MESH:] = 1  # the irises lie in the eyes
    return mask


def _vertex_area(vertices: Tensor) -> Tensor:
    """A third of the area of the triangles around each vertex [478]."""
    triangles = canonical_mesh().triangles.long()
    corner, second, third = vertices[triangles].unbind(1)
    normal = torch.linalg.cross(second - corner, third - corner)
    share = torch.linalg.vector_norm(normal, dim=-1) / 6
    area = torch.zeros(len(vertices))
    for column in triangles.T:
        area.index_add_(0, column, share)
    return area
