"""The compact network: one small LSTM on standardised speech features."""

import attrs
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the usual name

from visemix.plugins.lstm_pose.bases import LANDMARK_MESH

Memory = tuple[Tensor, Tensor]


@attrs.frozen
class Size:
    """Of a compact network and of what disturbs it in training.

    Attributes:
        width: features per row.
        reach: rows on each side of the frame's own.
        narrow: numbers that each row is reduced to.
        hidden: of the LSTM.
        dropout: of the LSTM's input and output.
        noise: standard deviation of what is added to the standardised features.
        deaf: share of the features that are dropped.
        outputs: numbers that it says: expression, then pose.
    """

    width: int = 576
    reach: int = 3
    narrow: int = 96
    hidden: int = 128
    dropout: float = 0.5
    noise: float = 0.8
    deaf: float = 0.4
    outputs: int = LANDMARK_MESH.outputs


class SpeechLstm(nn.Module):
    """Row by row narrowed, window, ReLU, LSTM, linear (B.2.1 of the published one, smaller).

    Args:
        size: of it.
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        self.hear = nn.Linear(size.width, size.narrow)
        self.mix = nn.Linear(size.narrow * (2 * size.reach + 1), size.hidden)
        self.lstm = nn.LSTM(size.hidden, size.hidden, batch_first=True)
        self.say = nn.Linear(size.hidden, size.outputs)

    def forward(self, sequence: Tensor) -> Tensor:
        """For training: standardised rows [B, T + 2 x reach, D] to [B, T, N]."""
        if self.training:
            sequence = sequence + self.size.noise * torch.randn_like(sequence)
            sequence = F.dropout(sequence, self.size.deaf)
        heard = self.hear(sequence).unfold(1, 2 * self.size.reach + 1, 1)
        return self._say(heard.transpose(2, 3).flatten(2), None)[0]

    def speak(self, windows: Tensor, memory: Memory | None) -> tuple[Tensor, Memory]:
        """For a stream: standardised windows [T, R, D] to [T, N]."""
        said, memory = self._say(self.hear(windows).flatten(1)[None], memory)
        return said[0], memory

    def _say(self, heard: Tensor, memory: Memory | None) -> tuple[Tensor, Memory]:
        mixed = F.dropout(F.relu(self.mix(heard)), self.size.dropout, self.training)
        hidden, after = self.lstm(mixed, memory)
        said: Tensor = self.say(F.dropout(hidden, self.size.dropout, self.training))
        return said, after
