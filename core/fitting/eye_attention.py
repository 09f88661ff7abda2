"""FACIAL's eye attention: the vertices around the eyes in which a blink is painted."""

import torch
from torch import Tensor

RELEASED = 2439
"""Vertices in FACIAL's released mask ..."""

RELEASED_OF = 35709
"""... of this many of the Basel model's front face."""

SHARE = RELEASED / RELEASED_OF
"""Eq. 9 has a threshold that the paper does not give; this share settles it."""


def eye_attention(
    vertices: Tensor, centres: Tensor, weight: Tensor | None = None, total: float | None = None
) -> Tensor:
    """[V] float32, 1 for vertices with (vx - cx)² / 4 + (vy - cy)² < th (FACIAL eq. 9).

    ``th`` is the smallest threshold that covers :data:`SHARE` of the weight.

    Args:
        vertices: [V, 3] mean face, looking along +z.
        centres: [2, 3] middle of either eye's landmarks.
        weight: [V]; None counts vertices, as FACIAL's mask does. Where they crowd around the eyes
            their areas (``vertex_areas``) give the same share of the face.
        total: weight of the whole face; None for that of the mesh, which may have more.
    """
    weight = vertices.new_ones(len(vertices)) if weight is None else weight
    offset = vertices[:, None, :2] - centres[:, :2]
    distance = (offset[..., 0] ** 2 / 4 + offset[..., 1] ** 2).amin(1)
    order = distance.argsort()
    covered = weight[order].cumsum(0) / (float(weight.sum()) if total is None else total)
    place = torch.searchsorted(covered, SHARE).clamp_max(len(order) - 1)
    return (distance < distance[order[place]]).float()
