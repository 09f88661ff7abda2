"""The network as published: MFCC images, five convolutions, three LSTM layers (B.2.1)."""

from torch import Tensor, nn

from visemix.core.training.fast import fast
from visemix.plugins.lstm_pose.bases import POSE
from visemix.plugins.lstm_pose.compact import Memory

ROWS, COEFFICIENTS = 28, 12
_SPREAD = 0.02


class PublishedNetwork(nn.Module):
    """MFCC windows [B, T, 28, 12] to [B, T, outputs]; 29.43 M parameters.

    Layer sizes are those of the released code, of which the paper gives only the kinds; weights
    begin as N(0, 0.02).

    Args:
        outputs: numbers of the expression, and six of the pose.
    """

    def __init__(self, outputs: int = 64 + POSE) -> None:
        super().__init__()
        self.see = nn.Sequential(
            *_convolution(1, 64),
            *_convolution(64, 128),
            nn.MaxPool2d(3, (1, 2)),
            *_convolution(128, 256),
            *_convolution(256, 256),
            *_convolution(256, 512),
            nn.MaxPool2d(3, (2, 2)),
        )
        self.narrow = nn.Sequential(
            nn.Linear(512 * 12 * 2, 2048), nn.ReLU(), nn.Linear(2048, 256), nn.ReLU()
        )
        self.lstm = nn.LSTM(256, 256, 3, batch_first=True)
        self.say = nn.Linear(256, outputs)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.normal_(module.weight, 0.0, _SPREAD)
        fast(self.see, compiled=False)

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


def _convolution(before: int, after: int) -> list[nn.Module]:
    return [
        nn.Conv2d(before, after, 3, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    ]
