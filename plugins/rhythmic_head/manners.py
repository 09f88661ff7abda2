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


@attrs.frozen
class Watching:
    """How a reference is looked at.

    Attributes:
        base: frames that are looked at together; longer references give the mean over stretches
            that overlap by half.
        frames: at the start that are looked at, 0 for all.
        ridge: frames that the generated weights count as, beside those of the reference, which
            then correct them by ridge regression; 0 leaves them as they are.
    """

    base: int = 64
    frames: int = 0
    ridge: float = 0.0


@attrs.frozen(eq=False)
class Personal(Value):
    """What a reference says of a person's motion.

    Attributes:
        manner: the generated weights.
        gain: [6] how many times wider the motion is than what is said of its sound; at least 1.
        centre: [6] mean of what is said.
    """

    manner: Manner
    gain: Tensor
    centre: Tensor

    def wider(self, share: float) -> Manner:
        """The weights with some of the lost spread given back: 0 none, 1 all of it."""
        gain = self.gain**share
        bias = gain * self.manner.bias + (1 - gain) * self.centre
        return Manner(self.manner.weight * gain[:, None], bias)


@torch.no_grad()
def manner_of(network: MotionNetwork, clip: Heard, watching: Watching) -> Personal:
    """How the person in ``clip`` moves.

    Args:
        network: in evaluation mode.
        clip: long enough for Φ.
        watching: how much is looked at, and how.
    """
    base, listened = watching.base, network.listen(clip.values[None])
    last = max(min(watching.frames or len(clip), len(clip)), base)
    starts = range(0, last - base + 1, max(base // 2, 1))
    sound = torch.cat([listened[:, s : s + base] for s in starts])
    motion = torch.stack([clip.targets[s : s + base] for s in starts])
    manner = network.learn(sound, motion).mean()
    if watching.ridge:
        manner = corrected(manner, listened[0, :last], clip.targets[:last], watching.ridge)
    said = network.move(listened, manner)[0]
    spreads = [numbers.std(0, correction=0) for numbers in (clip.targets, said)]
    gain = (spreads[0] / spreads[1].clamp_min(LEAST)).clamp(1, LARGEST_GAIN)
    return Personal(manner, gain, said.mean(0))


def corrected(manner: Manner, listened: Tensor, motion: Tensor, ridge: float) -> Manner:
    """``manner`` moved towards the weights that explain what was seen (ridge regression).

    The mean motion becomes the one that was seen.

    Args:
        manner: of one person.
        listened: [T, C] encoded sound.
        motion: [T, 6].
        ridge: frames that ``manner`` counts as.
    """
    sound, mean = listened - listened.mean(0), motion.mean(0)
    rest = motion - mean - sound @ manner.weight[0].T
    penalty = ridge * sound.var(0, correction=0).mean() * torch.eye(sound.shape[1])
    change = torch.linalg.solve(sound.T @ sound + penalty, sound.T @ rest).T
    weight = manner.weight[0] + change
    return Manner(weight[None], (mean - weight @ listened.mean(0))[None])
