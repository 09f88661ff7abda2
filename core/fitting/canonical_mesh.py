"""The canonical mesh: MediaPipe's 468 vertices and the ten iris points."""

from functools import cache
from importlib import resources

import attrs
import numpy as np
import torch
from torch import Tensor

from visemix.core.fitting.mediapipe_points import (
    EYE_LEFT,
    EYE_RIGHT,
    IRIS_LEFT,
    IRIS_RIGHT,
    LANDMARKS,
)

CM_PER_UNIT = 10.0
"""A model unit is a decimetre, as in the Basel model of Yi et al. and FACIAL."""

IRIS_RADIUS = 0.0585
"""Half the human iris' 11.7 mm, model units."""


@attrs.frozen(eq=False)
class CanonicalMesh:
    """Topology and mean shape; all triangles lie within the first 468 vertices.

    Attributes:
        vertices: [478, 3] float32, model units, x right in the picture, y up, z to the viewer.
        triangles: [898, 3] int32, counter-clockwise from outside; closed over mouth and eyes.
        uv: [478, 2] float32 in [0, 1], v down.
        mirror: [478] int64, the vertex at the mirrored place.
    """

    vertices: Tensor
    triangles: Tensor
    uv: Tensor
    mirror: Tensor


@cache
def canonical_mesh() -> CanonicalMesh:
    """The mesh that ships with the package, read once."""
    path = resources.files("visemix.core.fitting") / "canonical_face.npz"
    with path.open("rb") as file:
        stored = np.load(file)
        vertices = torch.from_numpy(stored["v"]).float() / CM_PER_UNIT
        triangles = torch.from_numpy(stored["f"]).int()
        uv = torch.from_numpy(stored["uv"]).float()
    vertices = torch.cat([vertices, _iris(vertices, EYE_RIGHT), _iris(vertices, EYE_LEFT)])
    uv = torch.cat([uv, _iris_uv(uv, EYE_RIGHT), _iris_uv(uv, EYE_LEFT)])
    return CanonicalMesh(vertices, triangles, uv, _mirror(vertices))


def _iris(vertices: Tensor, eye: tuple[int, ...]) -> Tensor:
    """Centre, right, top, left and bottom of a disc in the middle of the eye opening [5, 3]."""
    centre = vertices[list(eye)].mean(0)
    around = torch.tensor([[0, 0, 0], [1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]])
    return centre + IRIS_RADIUS * around


def _iris_uv(uv: Tensor, eye: tuple[int, ...]) -> Tensor:
    return uv[list(eye)].mean(0).expand(5, 2)


def _mirror(vertices: Tensor) -> Tensor:
    flipped = vertices * vertices.new_tensor([-1.0, 1.0, 1.0])
    mirror = torch.cdist(flipped, vertices).argmin(1)
    iris = torch.tensor([*IRIS_LEFT, *IRIS_RIGHT])
    # The ring of each iris starts at its right and runs over the top in both eyes.
    order = torch.tensor([0, 3, 2, 1, 4])
    mirror[LANDMARKS - 10 :] = torch.cat([iris[:5][order], iris[5:][order]])
    return mirror
