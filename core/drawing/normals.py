"""Vertex normals in plain PyTorch."""

import torch
from torch import Tensor


def normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Unit vertex normals: the area-weighted mean of the adjacent triangles'.

    Args:
        vertices: [T, V, 3] of any floating dtype, y up.
        triangles: [F, 3] int32 on the same device, in range; those that are not finite are left
            out.

    Returns:
        [T, V, 3]; 0 for a vertex of no triangle with an area. Differentiable by the vertices.
    """
    index = triangles.long()
    a, b, c = (vertices[:, index[:, k]] for k in range(3))
    finite = torch.linalg.cross(b - a, c - a).detach().isfinite().all(-1, keepdim=True)
    # Left out before anything is multiplied, so that no NaN comes back as a gradient.
    faces = torch.linalg.cross((b - a).where(finite, 0), (c - a).where(finite, 0))
    total = torch.zeros_like(vertices)
    for k in range(3):
        total = total.index_add(1, index[:, k], faces)
    square = total.square().sum(-1, keepdim=True)
    some = square > 0
    return (total / square.where(some, 1).sqrt()).where(some, 0)
