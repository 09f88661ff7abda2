"""Rotations as matrices, Euler angles and rotation vectors; all batched, all differentiable."""

import math

import torch
from torch import Tensor


def euler_to_matrix(angles: Tensor) -> Tensor:
    """Pitch, yaw, roll [..., 3] in radians to R = Rz(roll) Ry(yaw) Rx(pitch) [..., 3, 3]."""
    cx, cy, cz = torch.cos(angles).unbind(-1)
    sx, sy, sz = torch.sin(angles).unbind(-1)
    rows = (
        (cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx),
        (sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx),
        (-sy, cy * sx, cy * cx),
    )
    return torch.stack([torch.stack(row, -1) for row in rows], -2)


def matrix_to_euler(matrix: Tensor) -> Tensor:
    """Inverse of :func:`euler_to_matrix` for yaw strictly inside ±90 degrees."""
    pitch = torch.atan2(matrix[..., 2, 1], matrix[..., 2, 2])
    yaw = torch.atan2(-matrix[..., 2, 0], torch.hypot(matrix[..., 2, 1], matrix[..., 2, 2]))
    roll = torch.atan2(matrix[..., 1, 0], matrix[..., 0, 0])
    return torch.stack((pitch, yaw, roll), -1)


def rotvec_to_matrix(vector: Tensor) -> Tensor:
    """Rotation vector [..., 3] in radians to a matrix (Rodrigues' formula)."""
    x, y, z = vector.unbind(-1)
    zero = torch.zeros_like(x)
    cross = torch.stack((zero, -z, y, z, zero, -x, -y, x, zero), -1).reshape(*x.shape, 3, 3)
    angle = torch.linalg.vector_norm(vector, dim=-1)[..., None, None]
    # sin(a) / a and (1 - cos(a)) / a^2 without a division by zero. Not matrix_exp: in float32 it is
    # wrong by 3e-5 for some angles, tenths of a pixel far from the origin.
    sine, cosine = torch.sinc(angle / math.pi), torch.sinc(angle / math.tau) ** 2 / 2
    return torch.eye(3).to(vector) + sine * cross + cosine * (cross @ cross)


def matrix_to_rotvec(matrix: Tensor) -> Tensor:
    """Inverse of :func:`rotvec_to_matrix` for angles below 180 degrees."""
    axis = torch.stack(
        (
            matrix[..., 2, 1] - matrix[..., 1, 2],
            matrix[..., 0, 2] - matrix[..., 2, 0],
            matrix[..., 1, 0] - matrix[..., 0, 1],
        ),
        -1,
    )
    twice_sine = torch.linalg.vector_norm(axis, dim=-1)
    trace = matrix.diagonal(dim1=-2, dim2=-1).sum(-1)
    angle = torch.atan2(twice_sine, trace - 1)
    # Near zero the ratio angle / (2 sin angle) tends to 1/2.
    small = twice_sine < 1e-6
    ratio = torch.where(small, torch.full_like(angle, 0.5), angle / twice_sine.clamp_min(1e-6))
    return axis * ratio.unsqueeze(-1)


def similarity(source: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Least-squares scale, rotation and shift with target = s R source + t (Umeyama 1991).

    Args:
        source: [..., N, 3] points.
        target: [..., N, 3] points.

    Returns:
        scale [...], rotation [..., 3, 3] (determinant +1), shift [..., 3].
    """
    mean_s, mean_t = source.mean(-2, keepdim=True), target.mean(-2, keepdim=True)
    s, t = source - mean_s, target - mean_t
    u, d, vh = torch.linalg.svd(t.transpose(-1, -2) @ s)
    sign = torch.ones_like(d)
    sign[..., -1] = torch.sign(torch.linalg.det(u @ vh))
    rotation = u @ (sign.unsqueeze(-1) * vh)
    scale = (d * sign).sum(-1) / (s * s).sum((-1, -2)).clamp_min(1e-20)
    shift = mean_t.squeeze(-2) - scale.unsqueeze(-1) * (rotation @ mean_s.mT).squeeze(-1)
    return scale, rotation, shift
