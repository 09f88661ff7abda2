"""AudioFeatures: what the audio encoder says, one window per video frame."""

from typing import Annotated

import attrs
from torch import Tensor

from visemix.core.shapes import Array, Value, positive


@attrs.frozen(eq=False)
class AudioFeatures(Value):
    """A window of feature vectors around every video frame.

    Attributes:
        values: [T, W, D] float32; frame t's window has W rows of D numbers, oldest first.
        fps: video frames per second.
        kind: name of the feature space ("moonshine", "mfcc", "raw", "deepspeech"); contracts
            compare it.
        centre: row of the window that lies at the frame's own time (may be a half).
        look_ahead_ms: how far the last row reaches into the future, in milliseconds.
    """

    values: Annotated[Tensor, Array("T W D")]
    fps: float = attrs.field(validator=positive)
    kind: str
    centre: float
    look_ahead_ms: float
