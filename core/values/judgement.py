"""What discriminators see and say."""

from collections.abc import Sequence

import attrs
from torch import Tensor

from visemix.core.shapes import Value


@attrs.frozen(eq=False)
class Judgement(Value):
    """What a discriminator says.

    Attributes:
        scores: one tensor of logits per scale.
        features: per scale, the activations of its layers (for feature matching).
    """

    scores: Sequence[Tensor]
    features: Sequence[Sequence[Tensor]] = ()


@attrs.frozen(eq=False)
class Sample(Value):
    """What a discriminator sees; each field is optional.

    Attributes:
        frames: [B, 3, H, W] or [B, T, 3, H, W] float32 in [-1, 1].
        condition: what the frames were made from, same layout.
        attributes: [B, T, A] float32.
        sound: [B, S] or [B, T, S] float32 in [-1, 1].
    """

    frames: Tensor | None = None
    condition: Tensor | None = None
    attributes: Tensor | None = None
    sound: Tensor | None = None
