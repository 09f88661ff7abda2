"""The three critics as parts: any recipe whose refiner makes frames may name them."""

from torch import nn

from visemix.core.interfaces import Discriminator, Sample
from visemix.plugins.temporal_gan.critic_networks import (
    CriticSize,
    FrameCritic,
    SequenceCritic,
    SyncCritic,
)

FRAME_RATE = 1e-4
SLOW_RATE = 1e-5
"""Learning rates of section 3.3; faster ones over-train the critics of sequences."""


class TemporalGanFrame(Discriminator):
    """Judges frames beside the still picture.

    Args:
        width: channels of the first layer.
        layers: layers with stride 2.
        condition: whether it sees what the frame was made from as well.
        rate: learning rate of its own, 0 for the stage's.
    """

    judges = "frames"

    def __init__(
        self,
        *,
        width: int = 64,
        layers: int = 5,
        condition: bool = True,
        rate: float = FRAME_RATE,
    ) -> None:
        self._size, self._condition = CriticSize(width, layers), condition
        self.rate = rate or None

    def network(self, like: Sample) -> nn.Module:
        """See Discriminator."""
        return FrameCritic(like, self._size, self._condition)


class TemporalGanSequence(Discriminator):
    """Judges whole sequences.

    Args:
        width: channels of the first layer.
        layers: layers with stride 2.
        hidden: size of the GRU.
        sound: whether it hears as well, as eq. 4 says.
        rate: learning rate of its own, 0 for the stage's.
    """

    judges = "sequence"

    def __init__(
        self,
        *,
        width: int = 64,
        layers: int = 5,
        hidden: int = 256,
        sound: bool = False,
        rate: float = SLOW_RATE,
    ) -> None:
        self._size, self._hidden, self._sound = CriticSize(width, layers), hidden, sound
        self.rate = rate or None

    def network(self, like: Sample) -> nn.Module:
        """See Discriminator."""
        return SequenceCritic(like, self._size, self._hidden, self._sound)


class TemporalGanSync(Discriminator):
    """Judges whether snippets of the lower face belong to their sound.

    Args:
        width: channels of the first layer of the video stream.
        layers: layers with stride 2.
        rate: learning rate of its own, 0 for the stage's.
    """

    judges = "audio-video"

    def __init__(self, *, width: int = 64, layers: int = 4, rate: float = SLOW_RATE) -> None:
        self._size = CriticSize(width, layers)
        self.rate = rate or None

    def network(self, like: Sample) -> nn.Module:
        """See Discriminator."""
        return SyncCritic(like, self._size)
