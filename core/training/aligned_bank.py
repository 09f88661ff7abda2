"""AlignedBank: a clip's aligned pictures, what systems without a mesh learn from."""

import attrs
import torch

from visemix.core.subjects.alignment import Aligned
from visemix.core.training.clip_bank import ClipBank
from visemix.core.training.dataset import Example


@attrs.frozen(eq=False)
class AlignedBank(ClipBank):
    """A clip whose pictures are aligned."""


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
