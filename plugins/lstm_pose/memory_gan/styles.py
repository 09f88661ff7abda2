"""Identity into a network: the numbers that scale and shift its normalised activations.

Huang and Belongie, Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization,
2017, with the numbers made by a perceptron from an identity feature (Yi et al., section 3.4).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from visemix.core.networks.initial_weights import initialise


class Styles(nn.Module):
    """Identity features [B, D] to one [B, 2, C] of scales and shifts per normalised layer.

    Args:
        identity: D; 0 learns one set of numbers for everybody (B.7, identity feature off).
        hidden: width of the perceptron's two hidden layers; the released code has 9,984.
        channels: C of every layer.
    """

    def __init__(self, identity: int, hidden: int, channels: Sequence[int]) -> None:
        super().__init__()
        self._channels = [2 * c for c in channels]
        # At the start every layer is normalised and no more.
        plain = torch.cat([torch.cat((torch.ones(c), torch.zeros(c))) for c in channels])
        if not identity:
            self.perceptron = None
            self.numbers = nn.Parameter(plain[None])
            return
        last = nn.Linear(hidden, len(plain))
        self.perceptron = nn.Sequential(
            nn.Linear(identity, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), last
        )
        initialise(self.perceptron)
        with torch.no_grad():
            last.bias.copy_(plain)

    def forward(self, identity: Tensor) -> list[Tensor]:
        """[B, D] (D may be 0) to what ``adain`` takes, layer by layer."""
        if self.perceptron is None:
            numbers: Tensor = self.numbers.expand(len(identity), -1)
        else:
            numbers = self.perceptron(identity)
        parts = torch.split(numbers, self._channels, 1)
        return [part.reshape(len(part), 2, -1) for part in parts]


def adain(activations: Tensor, style: Tensor) -> Tensor:
    """Activations [B, C, H, W], normalised per picture and channel, then scaled and shifted.

    Args:
        activations: of one layer.
        style: [B, 2, C] from ``Styles``.
    """
    scale, shift = style[..., None, None].to(activations.dtype).unbind(1)
    # instance_norm refuses a single value; it would become 0.
    still = activations.shape[2] * activations.shape[3] == 1
    plain = activations * 0 if still else functional.instance_norm(activations)
    return plain * scale + shift
