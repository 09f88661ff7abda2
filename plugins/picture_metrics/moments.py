"""The Frechet distance of two clouds of features, each taken for a Gaussian."""

import torch
from torch import Tensor

FEWEST = 2
"""Features that a spread can be told from."""


def frechet_distance(made: Tensor, real: Tensor) -> float:
    """|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)), as Heusel et al. (2017) define FID.

    With centred rows A and B, C1 = A^T A / (n - 1), the last trace is the sum of the singular
    values of A B^T over the roots of (n - 1) (m - 1): no root of a matrix is taken, and few
    features are as quick as they are few.

    Args:
        made: [n, D], n >= 2.
        real: [m, D], m >= 2.
    """
    between = made.double().mean(0) - real.double().mean(0)
    a, b = _rows(made), _rows(real)
    spread = a.square().sum() + b.square().sum()
    shared = torch.linalg.svdvals(_short(a) @ _short(b).T).sum()
    return max(float(between.square().sum() + spread - 2 * shared), 0.0)


def _rows(features: Tensor) -> Tensor:
    """[n, D] float64, centred, so that their product with themselves is the covariance."""
    centred = features.double() - features.double().mean(0)
    return centred.div((len(features) - 1) ** 0.5)


def _short(rows: Tensor) -> Tensor:
    """Rows with the same product, no more than there are columns."""
    if len(rows) <= rows.shape[1]:
        return rows
    triangle: Tensor = torch.linalg.qr(rows, mode="r").R
    return triangle
