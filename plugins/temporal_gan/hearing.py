"""AudioFrameEncoder: a window of the waveform to a content code (section 3.1.2, figure 3)."""

from torch import Tensor, nn

from visemix.core.errors import InvalidValue
from visemix.core.networks.initial_weights import initialise

STEPS = 200
"""Of a window after the first layer: 10,000 samples at a stride of 50."""

WIDTH = 16
"""Channels of the first layer."""


class AudioFrameEncoder(nn.Module):
    """1-D convolutions with batch norm down to one vector, tanh at the end.

    Conv 250/50 at 50 kHz (80/16 at 16 kHz), three of 4/2, one of 10/5, one of 5: 0.70 M weights.

    Args:
        samples: of a window, a multiple of STEPS.
        size: of the code.
        width: channels of the first layer; each next has twice as many, up to 16 times.

    Raises:
        InvalidValue: windows of another length.
    """

    def __init__(self, samples: int, size: int = 256, width: int = WIDTH) -> None:
        super().__init__()
        if samples < STEPS or samples % STEPS:
            what = f"windows of {samples} samples cannot be cut into {STEPS} steps"
            raise InvalidValue(what, where="temporal-gan", do="use 0.2 s at 16 or 50 kHz")
        stride = samples // STEPS
        widths = [width * 2**k for k in range(5)]
        self.layers = nn.Sequential(
            *_layer(1, widths[0], (5 * stride, stride, 2 * stride)),
            *_layer(widths[0], widths[1], (4, 2, 1)),
            *_layer(widths[1], widths[2], (4, 2, 1)),
            *_layer(widths[2], widths[3], (4, 2, 1)),
            *_layer(widths[3], widths[4], (10, 5, 3)),
            nn.Conv1d(widths[4], size, 5),
            nn.Tanh(),
        )
        initialise(self)

    def forward(self, windows: Tensor) -> Tensor:
        """Windows [N, S] to codes [N, size] in [-1, 1]."""
        codes: Tensor = self.layers(windows[:, None])
        return codes[..., 0]


def _layer(before: int, after: int, shape: tuple[int, int, int]) -> list[nn.Module]:
    kernel, stride, padding = shape
    return [nn.Conv1d(before, after, kernel, stride, padding), nn.BatchNorm1d(after), nn.ReLU()]
