"""Spherical-harmonic light of a face whose shape and rough colour are known."""

import torch
from torch import Tensor

from visemix.core.drawing.light import AMBIENT, harmonics

ROUNDS = 4
"""Of reweighting; brows, lips and shadows are outliers of a skin of one colour."""

OUTLIER = 0.08
"""Error of a colour in [0, 1] from which on it counts less."""

SHRINK = 0.02
"""Cost of the bands that depend on direction, relative to the mean squared error of a colour."""


def estimate_light(normals: Tensor, colours: Tensor, albedo: Tensor) -> Tensor:
    """Coefficients [27] with which ``albedo`` [N, 3] looks like ``colours`` [N, 3].

    Robust least squares of each colour; linear, because colour = albedo * (bands @ coefficients).

    Args:
        normals: [N, 3] unit vectors in camera coordinates.
        colours: [N, 3] in [0, 1], what is seen.
        albedo: [N, 3] in [0, 1].
    """
    bands = harmonics(normals)
    cost = torch.full((9,), SHRINK)
    cost[0] = 1e-6
    found = [_channel(bands, colours[:, c], albedo[:, c], cost) for c in range(3)]
    light = torch.stack(found)
    light[:, 0] -= AMBIENT
    return light.flatten()


def _channel(bands: Tensor, colour: Tensor, albedo: Tensor, cost: Tensor) -> Tensor:
    rows = bands * albedo[:, None]
    weight = torch.ones_like(colour)
    coefficients = torch.zeros(9)
    for _ in range(ROUNDS):
        weighted = rows * weight[:, None] / weight.sum()
        normal = weighted.T @ rows + torch.diag(cost)
        coefficients = torch.linalg.solve(normal, weighted.T @ colour)
        error = (colour - rows @ coefficients) / OUTLIER
        weight = 1 / (1 + error * error)  # Cauchy's
    return coefficients
