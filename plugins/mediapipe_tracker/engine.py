"""Engine: what every version of MediaPipe can do for the tracker."""

from pathlib import Path
from typing import Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

from visemix.core.values.subject import Picture

Landmarks = NDArray[np.float32]
"""[478, 3] float32: x right, y down, depth (towards the viewer negative), all in px."""

POINTS = 478
"""468 of the mesh and 5 of each iris."""


@attrs.frozen
class EngineSettings:
    """How an engine looks.

    Attributes:
        max_faces: faces it looks for in one picture.
        min_confidence: 0 to 1; a face below it counts as lost. Detection never asks for more than
            0.5, its score is lower than that of the landmarks.
        model: a face_landmarker.task; None to use what is there.
        still: treat every picture as unrelated to the one before.
    """

    max_faces: int = 4
    min_confidence: float = 0.9
    model: Path | None = None
    still: bool = False


class Engine(Protocol):
    """Finds faces in pictures that follow each other; where a face was steers where it looks."""

    def detect(self, picture: Picture) -> list[Landmarks]:
        """Every face in ``picture`` [H, W, 3], in no particular order."""
        ...

    def close(self) -> None:
        """Frees its graph; it cannot be used any more."""
        ...
