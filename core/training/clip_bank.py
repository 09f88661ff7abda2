"""ClipBank: the real pictures of one clip, which trainings of refiners are cut out of."""

import attrs
from torch import Tensor

from visemix.core.training.dataset import Example


@attrs.frozen(eq=False)
class ClipBank:
    """One clip of N frames.

    Attributes:
        example: the clip.
        real: [N, 3, H, W] uint8, the true pictures.
    """

    example: Example
    real: Tensor

    @property
    def found(self) -> Tensor:
        """[N] bool, frames in which the face was seen."""
        return self.example.subject.track.found

    @property
    def cut(self) -> Tensor:
        """[N] bool, frames that start a new shot."""
        return self.example.subject.track.cut

    def __len__(self) -> int:
        return len(self.real)
