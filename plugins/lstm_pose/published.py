"""The network as published: MFCC images, five convolutions, three LSTM layers (B.2.1)."""

import torch
from torch import Tensor, nn

from visemix.core.networks.mfcc_convolutions import SHRUNK, mfcc_convolutions
from visemix.core.training.fast import fast
from visemix.plugins.lstm_pose.bases import POSE
from visemix.plugins.lstm_pose.compact import Memory

ROWS, COEFFICIENTS = 28, 12
CHANNELS = 64
"""Of the first convolution, as published."""

_SPREAD = 0.02


class PublishedNetwork(nn.Module):
    """MFCC windows [B, T, 28, 12] to [B, T, outputs]; 29.43 M parameters as published.

    Layer sizes are those of the released code, of which the paper gives only the kinds; weights
    begin as N(0, 0.02).

    Args:
        outputs: numbers of the expression, and six of the pose.
        channels: of the first convolution; everything else is as wide in proportion.
    """

    def __init__(self, outputs: int = 64 + POSE, channels: int = CHANNELS) -> None:
        super().__init__()
        wide, hidden = 8 * channels, 4 * channels
        self.see = mfcc_convolutions(channels)
        self.narrow = nn.Sequential(
            nn.Linear(wide * SHRUNK, 4 * wide), nn.ReLU(), nn.Linear(4 * wide, hidden), nn.ReLU()
        )
        self.lstm = nn.LSTM(hidden, hidden, 3, batch_first=True)
        self.say = nn.Linear(hidden, outputs)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.normal_(module.weight, 0.0, _SPREAD)
        fast(self.see, compiled=False)
        self.register_buffer("gain", torch.ones(POSE))

    gain: Tensor
    """[6] factors that give the smoothed pose the person's spread; measured after training."""

    def forward(self, windows: Tensor) -> Tensor:
        """Whole sequences, from zero states."""
        return self.speak(windows, None)[0]

    def speak(self, windows: Tensor, memory: Memory | None) -> tuple[Tensor, Memory]:
        """Sequences [B, T, 28, 12] that go on where ``memory`` ended."""
        images = windows.flatten(0, 1)[:, None]
        heard = self.narrow(self.see(images).flatten(1)).unflatten(0, windows.shape[:2])
        hidden, after = self.lstm(heard, memory)
        said: Tensor = self.say(hidden)
        return said, after
