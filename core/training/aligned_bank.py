"""AlignedBank: a clip's aligned pictures, what systems without a mesh learn from."""

import attrs
import torch
from torch import Tensor

from visemix.core.subjects.alignment import Aligned
from visemix.core.training.dataset import Example


@attrs.frozen(eq=False)
class AlignedBank:
    """One clip of N frames.

    Attributes:
        example: the clip.
        real: [N, 3, H, W] uint8, the true pictures, aligned.
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


def aligned_bank(example: Example, aligned: Aligned) -> AlignedBank:
    """Align every frame of a clip.

    Raises:
        InvalidValue: its track has other landmarks than MediaPipe's.
    """
    subject = example.subject
    crops = aligned.crops(subject.track)
    real = torch.empty(len(crops), 3, aligned.height, aligned.width, dtype=torch.uint8)
    for frame, crop in enumerate(crops):
        picture = aligned.picture(subject.frames[frame], crop)
        real[frame] = torch.from_numpy(picture).permute(2, 0, 1)
    return AlignedBank(example, real)
