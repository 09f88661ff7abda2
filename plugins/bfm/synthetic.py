"""A made-up face with the arrays of the Basel model, so that everything runs without it.

MediaPipe's mean face, finer, with smooth random directions in place of those of people. It says
nothing about real faces: what it fits is the clip, not a person.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.fitting.mediapipe_points import MESH, POINTS_68
from visemix.core.testing.head import sample_head
from visemix.plugins.bfm.arrays import EXPRESSIONS, IDENTITIES, TEXTURES

FINER = 1
"""Times that every triangle is cut in four; 1,834 vertices after one."""

BUMPS = 6
"""Smooth bumps that a random direction is the sum of."""

BUMP_WIDTH = 0.3
"""Their standard deviation, model units."""

IDENTITY_SIZE, EXPRESSION_SIZE, TEXTURE_SIZE = 0.03, 0.02, 8.0
"""Height of the bumps: model units, model units, and colours of 0 to 255."""

SKIN = (205.0, 160.0, 140.0)
SEED = 257


def synthetic_arrays(finer: int = FINER) -> dict[str, NDArray[np.float32]]:
    """The arrays of a ``BFM_model_front.mat``, made by arithmetic, the same every time."""
    head = sample_head()
    random = torch.Generator().manual_seed(SEED)
    vertices, triangles = head.vertices[:MESH], head.triangles.long()
    moves = head.moves[:, :MESH]
    for _ in range(finer):
        edges, triangles = _subdivided(triangles, len(vertices))
        vertices = torch.cat((vertices, vertices[edges].mean(1)))
        moves = torch.cat((moves, moves[:, edges].mean(2)), 1)
    identity = _bumps(vertices, IDENTITIES, random) * IDENTITY_SIZE
    expression = _bumps(vertices, EXPRESSIONS, random) * EXPRESSION_SIZE
    expression[: len(moves)] = moves  # opens the mouth, smiles, shuts the eyes
    texture = _bumps(vertices, TEXTURES, random) * TEXTURE_SIZE
    skin = torch.tensor(SKIN).expand(len(vertices), 3)
    found = {
        "meanshape": vertices.reshape(1, -1),
        "idBase": identity.flatten(1).T,
        "exBase": expression.flatten(1).T,
        "meantex": skin.reshape(1, -1),
        "texBase": texture.flatten(1).T,
        "tri": triangles + 1,
        "keypoints": torch.tensor(POINTS_68)[None] + 1,
    }
    return {name: numbers.float().contiguous().numpy() for name, numbers in found.items()}


def _subdivided(triangles: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Edges [M, 2] that get a vertex (count + k for edge k), and four triangles for each."""
    corners = torch.stack([triangles[:, [i, (i + 1) % 3]] for i in range(3)], 1)  # [F, 3, 2]
    edges, index = torch.unique(corners.sort(-1).values.flatten(0, 1), dim=0, return_inverse=True)
    ab, bc, ca = (index.reshape(-1, 3) + count).unbind(1)
    a, b, c = triangles.unbind(1)
    parts = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
    return edges, torch.cat([torch.stack(part, 1) for part in parts])


def _bumps(vertices: Tensor, count: int, random: torch.Generator) -> Tensor:
    """[count, V, 3] sums of Gaussian bumps at random vertices, in random directions."""
    at = torch.randint(len(vertices), (count, BUMPS), generator=random)
    height = torch.randn(count, BUMPS, 3, generator=random) / BUMPS**0.5
    distance = torch.cdist(vertices[at.flatten()], vertices).reshape(count, BUMPS, -1)
    shape = torch.exp(-((distance / BUMP_WIDTH) ** 2) / 2)
    return torch.einsum("kbv,kbc->kvc", shape, height)
