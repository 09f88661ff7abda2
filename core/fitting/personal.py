"""Carries what a few points of a face have beyond the model to all of its vertices."""

import torch
from torch import Tensor

REACH = 0.5
"""Distance at which a point's offset has died away, model units (5 cm)."""

SLACK = 1e-2
"""How much less than exactly the points are met; points that touch may disagree."""


def spread(points: Tensor, offset: Tensor, vertices: Tensor) -> Tensor:
    """Displacements [V, 3] of ``vertices`` [V, 3] that move ``points`` [N, 3] by ``offset`` [N, 3].

    A sum of Wendland's C2 functions (1995): smooth, and none beyond :data:`REACH`.
    """
    kernel = _wendland(torch.cdist(points, points).double())
    kernel = kernel + SLACK * torch.eye(len(points), dtype=torch.float64)
    weights = torch.linalg.solve(kernel, offset.double()).to(offset)
    moved: Tensor = _wendland(torch.cdist(vertices, points)) @ weights
    return moved


def _wendland(distance: Tensor) -> Tensor:
    near = distance / REACH
    return (1 - near).clamp_min(0) ** 4 * (4 * near + 1)
