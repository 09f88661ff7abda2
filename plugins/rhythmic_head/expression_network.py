"""Ψ: the sound around a frame, and a person's reference, to what the face does then (C.2.1)."""

import attrs
import torch
from torch import Tensor, nn

from visemix.plugins.rhythmic_head.hearing import SLOPE, Projection, Sound, Waveform


@attrs.frozen
class ExpressionSize:
    """Sizes of Ψ.

    Attributes:
        sound: what is heard of a frame.
        numbers: E coefficients of the basis; published: 20.
        channels: of the last convolution and of the layers after it; published: 256.
    """

    sound: Sound = attrs.field(factory=Sound)
    numbers: int = 20
    channels: int = 256


class ExpressionNetwork(nn.Module):
    """[N, R, D] and the reference's coefficients [N, E] to what is added to those [N, E].

    Args:
        size: of it.
    """

    def __init__(self, size: ExpressionSize) -> None:
        super().__init__()
        sound, channels = size.sound, size.channels
        self.front = Waveform(sound, channels) if sound.raw else Projection(sound)
        self.hear = nn.Sequential(nn.Linear(self.front.width, channels), nn.LeakyReLU(SLOPE))
        self.know = nn.Sequential(nn.Linear(size.numbers, channels), nn.LeakyReLU(SLOPE))
        self.say = nn.Linear(2 * channels, size.numbers)

    def forward(self, sound: Tensor, reference: Tensor) -> Tensor:
        """See the class."""
        both = torch.cat((self.hear(self.front(sound)), self.know(reference)), 1)
        said: Tensor = self.say(both)
        return said
