"""Dots: a refiner for those who want to see what comes before the refiner."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.interfaces import Refiner
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Rendering, Shot
from visemix.core.values.subject import Picture, Subject
from visemix.core.windows import Step, Window

GREEN = (0, 255, 0)


class Dots(Refiner):
    """The matched reference frame with a dot for every wanted landmark.

    Args:
        radius: half the edge of a dot, px.
    """

    window = Window(block=25)

    def __init__(self, *, radius: int = 1) -> None:
        self._radius = radius

    def begin(self, subject: Subject) -> object:
        """The subject; nothing else has to be remembered."""
        return subject

    def refine(self, shot: Shot, state: object) -> Step[Frames]:
        """See Refiner.

        Raises:
            InvalidValue: the face model makes no landmarks.
        """
        assert isinstance(state, Subject)
        chosen = shot.match.base.index[:, 0].tolist()
        pictures = [
            self._dotted(state.frames[index], points)
            for index, points in zip(chosen, in_full_frame(shot.rendering), strict=True)
        ]
        rgb = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous()
        return Step(Frames(rgb, shot.rendering.fps), state)

    def _dotted(self, picture: Picture, points: NDArray[np.float32]) -> Picture:
        height, width = picture.shape[:2]
        drawn = picture.copy()  # the reference must not be written into
        for x, y in points.astype(int):
            if 0 <= x < width and 0 <= y < height:
                top, left = max(y - self._radius, 0), max(x - self._radius, 0)
                drawn[top : y + self._radius + 1, left : x + self._radius + 1] = GREEN
        return drawn


def in_full_frame(rendering: Rendering) -> NDArray[np.float32]:
    """Wanted landmarks [T, L, 2] in full-frame px, undoing the crop."""
    if rendering.landmarks is None:
        raise InvalidValue("the rendering has no landmarks", do="use another face model")
    zoom, shift = rendering.crop[:, :, :2], rendering.crop[:, :, 2]
    points: Tensor = rendering.landmarks[..., :2] - shift[:, None]
    unzoomed: NDArray[np.float32] = (points @ torch.linalg.inv(zoom).mT).numpy()
    return unzoomed
