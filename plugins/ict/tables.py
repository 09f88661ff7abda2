"""What ``make_tables.py`` found out about the FaceKit's face area, read once."""

from functools import cache
from importlib import resources

import attrs
import numpy as np
import torch
from torch import Tensor

from visemix.core.fitting.surface import Embedding, mixed
from visemix.plugins.ict.facekit import FACE_AREA


@attrs.frozen(eq=False)
class Tables:
    """Numbers about the face area; none of them is a shape.

    Attributes:
        triangles: [F, 3] int32, over the face area and the eyes.
        eye_corners: [N, 4] int64, vertices of the face area that each vertex in the eyes lies
            between.
        eye_shares: [N, 4] float32 of these.
        places: where MediaPipe's 468 points lie.
        shift: [3] float32, model units, puts the mean face where MediaPipe's is.
    """

    triangles: Tensor
    eye_corners: Tensor
    eye_shares: Tensor
    places: Embedding
    shift: Tensor

    def within(self, vertices: int) -> Tensor:
        """Triangles [F, 3] on the first ``vertices`` of the face area, and in the eyes."""
        face = (self.triangles < vertices).all(1)
        eyes = (self.triangles >= FACE_AREA).all(1)
        return self.triangles[face | eyes]

    def with_eyes(self, values: Tensor) -> Tensor:
        """Values of the face area [..., 9409, 3] with those of the vertices in the eyes."""
        return torch.cat((values, mixed(values, self.eye_corners, self.eye_shares)), -2)


@cache
def tables() -> Tables:
    """The tables that ship with the package."""
    with (resources.files("visemix.plugins.ict") / "tables.npz").open("rb") as file:
        stored = np.load(file)
        places = Embedding(
            torch.from_numpy(stored["place_corners"]).long(),
            torch.from_numpy(stored["place_shares"]).float(),
        )
        return Tables(
            torch.from_numpy(stored["triangles"]).int(),
            torch.from_numpy(stored["eye_corners"]).long(),
            torch.from_numpy(stored["eye_shares"]).float(),
            places,
            torch.from_numpy(stored["shift"]).float(),
        )
