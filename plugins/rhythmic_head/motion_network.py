"""Φ: few-shot head motion. A person's own motion makes the weights that turn sound to motion."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor, nn

from visemix.plugins.rhythmic_head.hearing import (
    SLOPE,
    ChunkPicture,
    Projection,
    Sound,
    smoothed,
)

MOTION = 6
"""Numbers of a frame's head motion."""

SHORTEST = 13
"""Frames of motion that can be learned from: two convolutions of 5 with stride 2."""


@attrs.frozen
class MotionSize:
    """Sizes of Φ.

    Attributes:
        sound: what is heard of a frame.
        channels: of the convolutions over time; published: 512.
        encoded: numbers of a frame's sound after them; published: 256.
        hear_taps: of the Hanning window over those; released: 21.
        dropout: published: 0.1.
    """

    sound: Sound = attrs.field(factory=Sound)
    channels: int = 512
    encoded: int = 256
    hear_taps: int = 21
    dropout: float = 0.1


@attrs.frozen(eq=False)
class Manner:
    """How one person's head follows their voice: the generated weights.

    Attributes:
        weight: [B, 6, C].
        bias: [B, 6].
    """

    weight: Tensor
    bias: Tensor

    def mean(self) -> "Manner":
        """One for all, [1, ...]."""
        return Manner(self.weight.mean(0, keepdim=True), self.bias.mean(0, keepdim=True))


class MotionNetwork(nn.Module):
    """Sound and motion of a stretch, and the sound after it, to the motion after it (C.2.2).

    Args:
        size: of it.

    Attributes:
        reach: frames before and after a frame whose sound it hears.
    """

    usual_weight: Tensor
    usual_bias: Tensor

    def __init__(self, size: MotionSize) -> None:
        super().__init__()
        sound, channels, encoded = size.sound, size.channels, size.encoded
        self._taps, self.reach = size.hear_taps, 2 + size.hear_taps // 2
        self.front = ChunkPicture(sound) if sound.raw else Projection(sound)
        first = _block(nn.Conv1d(self.front.width, channels, 3, padding=1), size.dropout)
        self.over_time = nn.Sequential(
            *first, *_block(nn.Conv1d(channels, encoded, 3, padding=1), size.dropout)
        )
        self.motion_in = nn.Sequential(nn.Linear(MOTION, 128), nn.BatchNorm1d(128), _leaky())
        self.motion_out = nn.Linear(128, encoded)
        self.together = nn.Sequential(
            *_block(nn.Conv1d(2 * encoded, channels, 5, 2), size.dropout),
            *_block(nn.Conv1d(channels, channels, 5, 2), size.dropout),
        )
        self.generate = nn.Linear(channels, MOTION * encoded + MOTION)
        self.register_buffer("usual_weight", torch.zeros(1, MOTION, encoded))
        self.register_buffer("usual_bias", torch.zeros(1, MOTION))

    def forward(self, sound: Tensor, motion: Tensor) -> Tensor:
        """Motion [B, T - S, 6] of what is heard after the first S frames.

        Args:
            sound: [B, T, R, D].
            motion: [B, S, 6] of the first S frames.
        """
        heard = self.listen(sound)
        seen = motion.shape[1]
        return self.move(heard[:, seen:], self.learn(heard[:, :seen], motion))

    def listen(self, sound: Tensor) -> Tensor:
        """[B, T, R, D] to [B, T, C]."""
        frames = self.front(sound.flatten(0, 1)).unflatten(0, sound.shape[:2])
        heard: Tensor = self.over_time(frames.mT).mT
        return smoothed(heard, self._taps)

    def learn(self, heard: Tensor, motion: Tensor) -> Manner:
        """The weights of somebody who moved like [B, S, 6] while saying [B, S, C]; S >= 13."""
        moved = self.motion_out(self.motion_in(motion.flatten(0, 1))).unflatten(0, motion.shape[:2])
        both = self.together(torch.cat((heard, moved), 2).mT).mean(2)
        made = self.generate(both)
        weight, bias = made[:, :-MOTION], made[:, -MOTION:]
        return Manner(weight.unflatten(1, (MOTION, -1)), bias)

    def move(self, heard: Tensor, manner: Manner) -> Tensor:
        """[B, T, C] to [B, T, 6] with generated weights."""
        return heard @ manner.weight.mT + manner.bias[:, None]

    @property
    def usual(self) -> Manner:
        """How people move of whom nothing was seen."""
        return Manner(self.usual_weight, self.usual_bias)

    def keep_usual(self, manners: Sequence[Manner]) -> None:
        """Remember the mean of ``manners`` for them."""
        self.usual_weight.copy_(torch.cat([m.weight for m in manners]).mean(0, keepdim=True))
        self.usual_bias.copy_(torch.cat([m.bias for m in manners]).mean(0, keepdim=True))


def _block(layer: nn.Conv1d, dropout: float) -> list[nn.Module]:
    return [layer, nn.BatchNorm1d(layer.out_channels), _leaky(), nn.Dropout(dropout)]


def _leaky() -> nn.LeakyReLU:
    return nn.LeakyReLU(SLOPE)
