"""The sample head: a face of 478 landmarks that opens its mouth, smiles and blinks."""

from functools import cache
from importlib import resources

import attrs
import numpy as np
import torch
from torch import Tensor

UPPER_LIDS = (246, 161, 160, 159, 158, 157, 173, 466, 388, 387, 386, 385, 384, 398)
LOWER_LIDS = (7, 163, 144, 145, 153, 154, 155, 249, 390, 373, 374, 380, 381, 382)
LIP_MIDDLES = (13, 14)
CORNERS = (61, 291)

OPEN, SMILE, BLINK = 0, 1, 2
"""Rows of ``Head.moves``."""


@attrs.frozen(eq=False)
class Head:
    """MediaPipe's mean face (NOTICE) and three ways in which it moves.

    Attributes:
        vertices: [478, 3] float32, decimetres, x right, y up, z towards the viewer.
        triangles: [898, 3] int32, counter-clockwise from outside.
        uv: [478, 2] float32 in [0, 1], v down.
        moves: [3, 478, 3] float32, what is added for an open mouth, a smile, shut eyes.
    """

    vertices: Tensor
    triangles: Tensor
    uv: Tensor
    moves: Tensor


@cache
def sample_head() -> Head:
    """The head that ships with the kit, read once."""
    with (resources.files("visemix.core.testing") / "head.npz").open("rb") as file:
        stored = np.load(file)
        vertices = torch.from_numpy(stored["vertices"])
        triangles = torch.from_numpy(stored["triangles"]).int()
        uv = torch.from_numpy(stored["uv"])
    moves = torch.stack((_opened(vertices), _smiling(vertices), _blinking(vertices)))
    return Head(vertices, triangles, uv, moves)


def _opened(vertices: Tensor) -> Tensor:
    """The chin goes down by 1.5 cm; what is above the lips stays."""
    x, y = vertices[:, 0], vertices[:, 1]
    lips = y[list(LIP_MIDDLES)].mean()
    below = ((lips - y) / 0.03).clamp(0, 1) * torch.exp(-((x / 0.5) ** 2))
    return torch.stack((torch.zeros_like(x), -0.15 * below, -0.03 * below), -1)


def _smiling(vertices: Tensor) -> Tensor:
    """The corners of the mouth go 0.6 cm outwards and 0.3 cm up."""
    move = torch.zeros_like(vertices)
    for corner in CORNERS:
        near = torch.exp(-((vertices - vertices[corner]).square().sum(-1) / 0.15**2))
        aside = torch.sign(vertices[corner, 0])
        move += near[:, None] * torch.stack((0.06 * aside, *vertices.new_tensor((0.03, 0.0))))
    return move


def _blinking(vertices: Tensor) -> Tensor:
    """The upper lids come down upon the lower ones."""
    move = torch.zeros_like(vertices)
    upper, lower = list(UPPER_LIDS), list(LOWER_LIDS)
    move[upper] = 0.95 * (vertices[lower] - vertices[upper])
    return move
