"""Frames: finished pictures, the last value before the video file."""

from typing import Annotated

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Array, Value, positive


@attrs.frozen(eq=False)
class Frames(Value):
    """Pictures at a constant rate.

    Attributes:
        rgb: [T, 3, H, W] uint8, sRGB, 0 to 255.
        fps: frames per second.

    >>> Frames(torch.zeros(2, 3, 4, 4, dtype=torch.uint8), fps=25.0).duration_s
    0.08
    """

    rgb: Annotated[Tensor, Array("T 3 H W", dtype=torch.uint8)]
    fps: float = attrs.field(validator=positive)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.rgb) / self.fps
