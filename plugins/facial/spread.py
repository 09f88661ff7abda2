"""How much of a person's head motion the predictions lack."""

from collections.abc import Sequence

import torch
from torch import Tensor

from visemix.plugins.facial.excerpts import Spoken
from visemix.plugins.facial.layout import POSE
from visemix.plugins.facial.speaking import Carried, Say, Stitching

LARGEST_GAIN = 6.0
"""A head of which the sound says nothing is not made to shake."""


def lost_spread(clips: Sequence[Spoken], stitching: Stitching, say: Say) -> Tensor:
    """How many times wider the pose [6] of ``clips`` is than what is said of their sound.

    A network of few clips knows their sound by heart and hardly lacks anything there; so it hears
    them backwards, which is as much the person's voice and says nothing that was learned.

    Returns:
        [6] at least 1.
    """
    backwards = [clip.features.flip(0, 1) for clip in clips]
    start = torch.zeros_like(clips[0].numbers[0])
    said = torch.cat([spoken(one, start, stitching, say) for one in backwards])
    true = torch.cat([clip.numbers for clip in clips])
    spreads = [numbers[:, POSE].std(0, correction=0) for numbers in (true, said)]
    ratio = spreads[0] / spreads[1].clamp_min(1e-6)
    return ratio.clamp(1.0, LARGEST_GAIN)


def spoken(features: Tensor, start: Tensor, stitching: Stitching, say: Say) -> Tensor:
    """Numbers [T, S] of a whole clip's features [T, R, D], from the state ``start`` [S]."""
    carried, made = Carried(start), []
    ahead = torch.cat((features, features[-1:]))
    for first in range(0, len(features), stitching.window - 1):
        block = ahead[first : first + stitching.window]
        numbers, carried = stitching.block(block, carried, say)
        made.append(numbers)
    return torch.cat(made)
