"""Coefficients of a linear model that explain what was seen: ridge regression, all frames at once.

With M = Rᵀ diag(1, 1, d²) R the metric of a picture that trusts depth by d, seen from a head turned
by R, the normal equations of every frame are sums of nine matrices that do not depend on the frame.
"""

import torch
from torch import Tensor

from visemix.core.fitting.alignment import Alignment


def metric(pose: Alignment, depth_weight: float) -> Tensor:
    """M of every frame, [T, 3, 3]."""
    trust = pose.rotation.new_tensor([1.0, 1.0, depth_weight**2])
    return pose.rotation.mT @ (trust[:, None] * pose.rotation)


def normal_equations(
    directions: Tensor, weight: Tensor, seen_from: Tensor, residual: Tensor
) -> tuple[Tensor, Tensor]:
    """A [T, K, K] and b [T, K] of A c = b, the least squares of every frame.

    Args:
        directions: [K, L, 3] model units per unit coefficient.
        weight: [L].
        seen_from: [T, 3, 3], what ``metric`` says.
        residual: [T, L, 3] what has to be explained, model units, in the model's frame.
    """
    weighted = directions * weight[:, None]
    products = torch.einsum("kli,mlj->ijkm", weighted, directions)
    normal = torch.einsum("tij,ijkm->tkm", seen_from, products)
    right = torch.einsum("kli,tli->tk", weighted, residual @ seen_from)
    return normal, right


def per_frame(normal: Tensor, right: Tensor, ridge: Tensor) -> Tensor:
    """Coefficients [T, K] of every frame on its own; ``ridge`` [K] holds them near 0."""
    solved: Tensor = torch.linalg.solve(normal + torch.diag(ridge), right[..., None])
    return solved.squeeze(-1)


def shared(normal: Tensor, right: Tensor, ridge: Tensor) -> Tensor:
    """Coefficients [K] that hold in all frames."""
    solved: Tensor = torch.linalg.solve(normal.mean(0) + torch.diag(ridge), right.mean(0))
    return solved


def smooth(normal: Tensor, right: Tensor, ridge: Tensor, steady: Tensor, rounds: int) -> Tensor:
    """As ``per_frame``, and what changes from frame to frame costs ``steady`` [K] as well.

    Adds steady * |c_t - c_(t-1)|² and solves by block Jacobi rounds, each of which takes the
    neighbours from the last.
    """
    joins = torch.full((len(right), 1), 2.0)
    joins[0] -= 1
    joins[-1] -= 1
    held = normal + torch.diag(ridge) + torch.diag_embed(joins * steady)
    factor = torch.linalg.cholesky(held)
    found = torch.cholesky_solve(right[..., None], factor).squeeze(-1)
    for _ in range(rounds):
        around = torch.zeros_like(found)
        around[1:] += found[:-1]
        around[:-1] += found[1:]
        wanted = right + steady * around
        found = torch.cholesky_solve(wanted[..., None], factor).squeeze(-1)
    return found
