"""From the gradient by homogeneous pixels to those by vertices and matrix."""

from collections.abc import Sequence

import torch
from torch import Tensor


def by_meshes(
    by_points: Tensor, vertices: Tensor, matrix: Tensor, wanted: Sequence[bool]
) -> tuple[Tensor | None, Tensor | None]:
    """Gradients by vertices and matrix.

    Args:
        by_points: [T, V, 4], gradient by the vertices in homogeneous pixels.
        vertices: [1 or T, V, 3 or 4].
        matrix: [1 or T, 4, 4].
        wanted: whether that by the vertices, and by the matrix, is wanted; more is not looked at.
    """
    by_vertices, by_matrix = None, None
    if wanted[0]:
        by_vertices = reduced(by_points @ matrix[:, :, : vertices.shape[2]], len(vertices))
    if wanted[1]:
        by_matrix = reduced(by_points.mT @ homogeneous(vertices), len(matrix))
    return by_vertices, by_matrix


def homogeneous(vertices: Tensor) -> Tensor:
    """Vertices [..., 3 or 4] with their fourth coordinate, which is 1 if there is none."""
    ones = vertices.new_ones(*vertices.shape[:-1], 4 - vertices.shape[-1])
    return torch.cat((vertices, ones), -1)


def reduced(gradient: Tensor, frames: int) -> Tensor:
    """The gradient by a tensor of one frame that served all."""
    return gradient.sum(0, keepdim=True) if frames == 1 and len(gradient) != 1 else gradient
