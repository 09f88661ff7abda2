"""A mesh as nvdiffrast wants it: corners in clip space, and only triangles that are to be drawn.

The library's rows grow with y of clip space, so y down stays y down and no picture is turned over.
It takes a pixel centre on an edge for covered at the smallest x and y, which then are left and top.
"""

import torch
from torch import Tensor

from visemix.core.drawing.mesh import Mesh

ROOM = 1.01
"""How much further than the mesh the far plane lies."""

OUTSIDE = (0.0, 0.0, 2.0, 1.0)
"""A corner behind the far plane."""


def clip_corners(mesh: Mesh) -> Tensor:
    """[T, V, 4] float32, the vertices in clip space; differentiable.

    x and y run from -1 to 1 over the picture, z from -1 at ``mesh.near`` (for a camera without
    perspective at the nearest vertex) to 1 behind the farthest vertex.
    """
    x, y, depth, w = mesh.homogeneous().to(torch.float32).unbind(-1)
    across = 2 * x / mesh.width - w
    down = 2 * y / mesh.height - w
    return torch.stack((across, down, _depth(depth.detach(), w.detach(), mesh), w), -1)


def _depth(depth: Tensor, w: Tensor, mesh: Mesh) -> Tensor:
    """[T, V], z of clip space. It only orders, so it has no gradient."""
    if not depth.numel():
        return depth
    if not bool(mesh.matrix[3, :3].any()):  # w is the same everywhere
        finite = depth.isfinite()
        nearest = depth.where(finite, -torch.inf).amax()
        farthest = depth.where(finite, torch.inf).amin()
        middle, half = (nearest + farthest) / 2, ROOM * (nearest - farthest).clamp_min(1e-6) / 2
        return w * (middle - depth) / half
    near = mesh.near
    far = ROOM * w.where(w.isfinite(), near).amax().clamp_min(2 * near)
    return ((far + near) * w - 2 * far * near) / (far - near)


def left_out(mesh: Mesh) -> Tensor:
    """[T, F] bool, the triangles not to be drawn: not finite or, with ``cull``, turned away."""
    with torch.no_grad():
        corners = mesh.homogeneous()[:, mesh.triangles.long()]
        out = ~corners.isfinite().all(-1).all(-1)
        if mesh.cull:
            a, b, c = corners[..., [0, 1, 3]].unbind(2)
            out |= (torch.linalg.cross(a, b) * c).sum(-1) >= 0  # y is down
    return out


def without(corners: Tensor, triangles: Tensor, out: Tensor) -> tuple[Tensor, Tensor]:
    """The mesh with its triangles taken apart, and some of them moved out of sight.

    The triangles keep their numbers, so what is drawn of it fits the whole mesh.

    Args:
        corners: [T, V, 4] clip-space corners.
        triangles: [F, 3].
        out: [T, F], which are not to be drawn.

    Returns:
        Corners [T, 3 F, 4] and triangles [F, 3].
    """
    apart = corners[:, triangles.long()]
    gone = apart.new_tensor(OUTSIDE)
    apart = torch.where(out[..., None, None], gone, apart).flatten(1, 2)
    numbers = torch.arange(apart.shape[1], dtype=torch.int32, device=apart.device)
    return apart, numbers.reshape(-1, 3)
