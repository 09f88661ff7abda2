"""Track: what the face tracker saw in a reference."""

from typing import Annotated

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Array, Value, positive
from visemix.core.values.rendering import Crop


@attrs.frozen(eq=False)
class Track(Value):
    """One face, followed through T frames.

    Attributes:
        landmarks: [T, L, 3] float32, full-frame px, x right, y down, depth in px towards the
            viewer negative (MediaPipe). Frames without a face hold the nearest tracked one.
        found: [T] bool, whether the face was seen in this frame.
        blink: [T] float32, AU45 estimate, 0 (open) to 5 (shut), from the eye aspect ratio.
        action_units: [T, 5] float32, estimates of AU10, AU14, AU20, AU25, AU26, 0 to 5.
        crop: constant square around the head.
        fps: frames per second.
        layout: name of the landmark set ("mediapipe-478").
        cut: [T] bool, frames that start a new shot; nothing may be blended across them.
        faces: largest number of faces seen in one frame.
    """

    landmarks: Annotated[Tensor, Array("T L 3", unit="px")]
    found: Annotated[Tensor, Array("T", dtype=torch.bool)]
    blink: Annotated[Tensor, Array("T", low=0, high=5, unit="AU45")]
    action_units: Annotated[Tensor, Array("T 5", low=0, high=5)]
    crop: Crop
    fps: float = attrs.field(validator=positive)
    layout: str = "mediapipe-478"
    cut: Annotated[Tensor, Array("T", dtype=torch.bool)] = attrs.field(
        default=attrs.Factory(lambda self: torch.zeros_like(self.found), takes_self=True)
    )
    faces: int = 1
