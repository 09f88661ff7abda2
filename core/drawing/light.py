"""Spherical-harmonic light: nine bands, one set of coefficients per colour.

Ramamoorthi and Hanrahan 2001, with the signs, constants and ambient term that the 257 coefficients
of Deep3DFaceReconstruction are defined with.
"""

import math

import torch
from torch import Tensor

AMBIENT = 0.8
"""Added to band 0 of each colour before the light is used."""

# Lambert's kernel per degree, times the constant of each degree's harmonics.
DEGREE_0 = math.pi * 1 / math.sqrt(4 * math.pi)
DEGREE_1 = 2 * math.pi / math.sqrt(3) * math.sqrt(3) / math.sqrt(4 * math.pi)
DEGREE_2 = 2 * math.pi / math.sqrt(8) * 3 * math.sqrt(5) / math.sqrt(12 * math.pi)


def harmonics(normals: Tensor) -> Tensor:
    """The nine bands at unit normals.

    Args:
        normals: [..., 3], x right, y up, z towards the viewer.

    Returns:
        [..., 9]: 1; -y, z, -x; xy, -yz, (3 z² - 1) / (2 √3), -xz, (x² - y²) / 2, each times the
        constant of its degree.
    """
    x, y, z = normals.unbind(-1)
    bands = (
        torch.full_like(x, DEGREE_0),
        -DEGREE_1 * y,
        DEGREE_1 * z,
        -DEGREE_1 * x,
        DEGREE_2 * x * y,
        -DEGREE_2 * y * z,
        DEGREE_2 * (3 * z * z - 1) / (2 * math.sqrt(3)),
        -DEGREE_2 * x * z,
        DEGREE_2 * (x * x - y * y) / 2,
    )
    return torch.stack(bands, -1)


def irradiance(normals: Tensor, light: Tensor) -> Tensor:
    """Light that arrives at surfaces with these normals.

    Args:
        normals: [..., 3] unit vectors.
        light: [27], nine coefficients of red, then green, then blue.

    Returns:
        [..., 3], factors of the albedo; may be negative or above 1.
    """
    coefficients = light.reshape(3, 9).clone()
    coefficients[:, 0] += AMBIENT
    return harmonics(normals) @ coefficients.T
