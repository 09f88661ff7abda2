"""Where the mouth is in an aligned picture, and its picture as a few numbers."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor
from torch.nn import functional

MOUTH = (slice(79, 110), slice(27, 69))
"""Rows and columns of the mouth in an aligned picture of 128 x 96 px."""

MOUTH_SIZE = (12, 16)
SIGNALS = 3
"""Principal components of the mouth's picture."""


@attrs.frozen(eq=False)
class Mouths:
    """The picture of a mouth as a few numbers.

    Attributes:
        components: [P, SIGNALS].
    """

    components: Tensor

    @staticmethod
    def learn(clips: Sequence[Tensor]) -> "Mouths":
        """From pictures [T, 3, H, W] uint8 of several clips."""
        pixels = torch.cat([_mouth(clip) for clip in clips])
        return Mouths(torch.linalg.svd(pixels, full_matrices=False).Vh[:SIGNALS].T.contiguous())

    def signals(self, pictures: Tensor) -> Tensor:
        """[T, SIGNALS], around 0."""
        return _mouth(pictures) @ self.components


def mouth_of(pictures: Tensor) -> Tensor:
    """The region of the mouth in aligned pictures [..., H, W] of any size."""
    scale = pictures.shape[-2] / 128
    rows, columns = (slice(round(s.start * scale), round(s.stop * scale)) for s in MOUTH)
    return pictures[..., rows, columns]


def _mouth(pictures: Tensor) -> Tensor:
    """[T, P] brightness of the mouth in pictures of any size, less its mean over the clip."""
    grey = mouth_of(pictures).float().mean(1, keepdim=True)
    small = functional.interpolate(grey, MOUTH_SIZE, mode="area").flatten(1)
    return small - small.mean(0)
