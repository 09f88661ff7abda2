"""A person's manner of moving, from their reference."""

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Value
from visemix.plugins.rhythmic_head.listening import Heard
from visemix.plugins.rhythmic_head.motion_network import Manner, MotionNetwork

LARGEST_GAIN = 4.0
"""A head of which the sound says nothing is not made to shake."""

LEAST = 1e-3


@attrs.frozen(eq=False)
class Personal(Value):
    """What a reference says of a person's motion.

    Attributes:
        manner: the generated weights.
        gain: [6] how many times wider the motion is than what is said of its sound; at least 1.
    """

    manner: Manner
    gain: Tensor


@torch.no_grad()
def manner_of(network: MotionNetwork, clip: Heard, base: int, frames: int) -> Personal:
    """How the person in ``clip`` moves.

    Args:
        network: in evaluation mode.
        clip: at least ``base`` frames.
        base: frames that are looked at together; longer references give the mean over stretches
            that overlap by half.
        frames: at the start that are looked at, 0 for all.
    """
    listened = network.listen(clip.values[None])
    last = max(min(frames or len(clip), len(clip)), base)
    starts = range(0, last - base + 1, max(base // 2, 1))
    sound = torch.cat([listened[:, s : s + base] for s in starts])
    motion = torch.stack([clip.targets[s : s + base] for s in starts])
    manner = network.learn(sound, motion).mean()
    said = network.move(listened, manner)[0]
    spreads = [numbers.std(0, correction=0) for numbers in (clip.targets, said)]
    return Personal(manner, (spreads[0] / spreads[1].clamp_min(LEAST)).clamp(1, LARGEST_GAIN))
