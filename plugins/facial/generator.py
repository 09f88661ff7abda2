"""FACIAL-GAN's generator: G_tem, G_loc and the layer that says the attributes (A.2.1 to A.2.3)."""

import attrs
import torch
from torch import Tensor, nn
from torch.nn import functional

from visemix.plugins.facial.temporal import SAID, TemporalNetwork

ROWS, WIDTH = 16, 29
"""Of the published features, DeepSpeech's: rows around a frame, numbers per row."""

OWN_ROW = 8
"""Row of the frame itself."""


@attrs.frozen
class Size:
    """Of a generator.

    Attributes:
        outputs: numbers of a frame's attributes.
        rows: of features per frame.
        width: numbers per row.
        channels: of the temporal network.
        use_local: whether there is G_loc.
        use_temporal: whether there is G_tem.
        noise: standard deviation of what is added to projected features' input in training.
        deaf: share of that input that is dropped in training.
    """

    outputs: int = 71
    rows: int = ROWS
    width: int = WIDTH
    channels: int = 256
    use_local: bool = True
    use_temporal: bool = True
    noise: float = 0.0
    deaf: float = 0.0


class Generator(nn.Module):
    """Features and the state [B, S] to attributes [B, T, S]; T is a multiple of 32.

    Features are windows [B, T, R, D], or the rows [B, T + R - 1, D] that windows share where each
    begins one row after the last, which is R times less to compute. Rows other than 16 are
    interpolated to 16; numbers other than 29 are standardised and reduced to 29 by a learned
    projection, which the published size lacks.

    Args:
        size: of it.
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        self.narrow = nn.Identity() if size.width == WIDTH else Projection(size)
        said = SAID * (size.use_local + size.use_temporal)
        self.local = LocalNetwork() if size.use_local else None
        self.temporal = TemporalNetwork(size.outputs, size.channels) if size.use_temporal else None
        self.say = nn.Linear(said, size.outputs)

    def forward(self, features: Tensor, state: Tensor) -> Tensor:
        """See the class."""
        heard = self.narrow(features)
        if heard.ndim == 3:
            heard = heard.unfold(1, self.size.rows, 1).transpose(2, 3)
        heard = _sixteen_rows(heard)
        said = []
        if self.local is not None:
            said.append(self.local(heard))
        if self.temporal is not None:
            said.append(self.temporal(heard[:, :, OWN_ROW], state))
        made: Tensor = self.say(torch.cat(said, 2))
        return made


class Projection(nn.Module):
    """Any features to 29 numbers a row: [..., D] to [..., 29].

    Args:
        size: D and what disturbs the features in training.
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        self._noise, self._deaf = size.noise, size.deaf
        self.scale = nn.BatchNorm1d(size.width, affine=False)
        self.reduce = nn.Linear(size.width, WIDTH)

    def forward(self, rows: Tensor) -> Tensor:
        """See the class."""
        scaled = self.scale(rows.flatten(0, -2)).reshape(rows.shape)
        if self.training and self._noise:
            scaled = scaled + self._noise * torch.randn_like(scaled)
        reduced: Tensor = self.reduce(functional.dropout(scaled, self._deaf, self.training))
        return reduced


class LocalNetwork(nn.Module):
    """G_loc: the sound around one frame [B, T, 16, 29] to c [B, T, 32] (A.2.2)."""

    def __init__(self) -> None:
        super().__init__()
        self.hear = nn.Sequential(
            *_halved(WIDTH, 32), *_halved(32, 32), *_halved(32, 64), *_halved(64, 64)
        )
        self.reduce = nn.Linear(64, SAID)
        self.norm = nn.BatchNorm1d(SAID)

    def forward(self, heard: Tensor) -> Tensor:
        """See the class."""
        frames = heard.flatten(0, 1).transpose(1, 2)
        said = self.reduce(self.hear(frames).squeeze(2)).tanh()
        normed: Tensor = self.norm(said)
        return normed.reshape(*heard.shape[:2], SAID)


def _halved(before: int, after: int) -> list[nn.Module]:
    return [nn.Conv1d(before, after, 3, 2, 1), nn.ReLU(), nn.BatchNorm1d(after)]


def _sixteen_rows(heard: Tensor) -> Tensor:
    """[B, T, R, D] to [B, T, 16, D]."""
    if heard.shape[2] == ROWS:
        return heard
    flat = heard.flatten(0, 1).transpose(1, 2)
    spread = functional.interpolate(flat, ROWS, mode="linear", align_corners=False)
    return spread.transpose(1, 2).reshape(*heard.shape[:2], ROWS, WIDTH)
