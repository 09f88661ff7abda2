"""Audio: one channel of sound."""

from typing import Annotated

import attrs
from torch import Tensor

from visemix.core.shapes import Array, Value, positive


@attrs.frozen(eq=False)
class Audio(Value):
    """Mono sound.

    Attributes:
        samples: [S] float32 in [-1, 1].
        rate: samples per second, Hz.

    >>> import torch
    >>> Audio(torch.zeros(8000), rate=16000).duration_s
    0.5
    """

    samples: Annotated[Tensor, Array("S", low=-1, high=1)]
    rate: int = attrs.field(validator=positive)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate
