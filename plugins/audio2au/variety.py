"""Variety: how the same few clips are shown in many ways; nothing of it is in the paper."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.training.excerpts import below


@attrs.frozen
class Variety:
    """What is left to chance in an excerpt.

    Attributes:
        noise: standard deviation of what is added to every number of a window of MFCC, in standard
            deviations of its coefficient.
        tilt: the same of an offset that stays throughout an excerpt: another voice or microphone.
        any_still: the identity image is any frame of the clip, not the first one.
        mirror: every other excerpt is mirrored.
    """

    noise: float = 0.0
    tilt: float = 0.0
    any_still: bool = False
    mirror: bool = False

    def heard(self, windows: Tensor, spread: Tensor, dice: torch.Generator) -> Tensor:
        """Windows [L, 28, 12] as they are heard.

        Args:
            windows: as they are.
            spread: [12] standard deviations of the coefficients.
            dice: of the excerpt.
        """
        if self.noise:
            windows = windows + self.noise * spread * torch.randn(windows.shape, generator=dice)
        if self.tilt:
            windows = windows + self.tilt * spread * torch.randn(len(spread), generator=dice)
        return windows

    def still(self, found: Tensor, dice: torch.Generator) -> int:
        """Number of the identity image.

        Args:
            found: [T] bool, frames that show the face.
            dice: of the excerpt.
        """
        if not self.any_still:
            return int(found.long().argmax())
        shown = found.nonzero().flatten()
        return int(shown[below(len(shown), dice)])

    def turned(self, pictures: Sequence[Tensor], dice: torch.Generator) -> list[Tensor]:
        """Pictures [..., W], all mirrored or none."""
        if self.mirror and below(2, dice):
            return [picture.flip(-1) for picture in pictures]
        return list(pictures)


AS_IT_IS = Variety()
"""As published."""


def spread_of(windows: Sequence[Tensor]) -> Tensor:
    """[12] standard deviations of the coefficients in windows [T, 28, 12] of several clips."""
    return torch.cat([clip.flatten(0, 1) for clip in windows]).std(0, correction=0)
