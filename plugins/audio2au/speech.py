"""What is heard: an audio code and five features of action units for every frame."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor, nn
from torch.nn import functional

from visemix.core.errors import InvalidValue
from visemix.core.networks.mfcc_convolutions import DEEPEST, SHRUNK, mfcc_convolutions
from visemix.core.values.features import AudioFeatures
from visemix.plugins.audio2au.labels import UNITS

ROWS, COEFFICIENTS = 28, 12
"""Of a window of MFCC."""

FREQUENCY, TIME = 32, 64
"""Channels of Audio2AU's two convolutions."""

HIDDEN, LAYERS = 128, 2
"""Of Audio2AU's LSTMs."""

SLOPE = 0.2
"""Of its leaky ReLUs: a feature must not die, for pre-training is short."""

WINDOW, SEQUENCE = "window", "sequence"
SCOPES = (WINDOW, SEQUENCE)
"""What Audio2AU's LSTMs run over: the rows of one window, or the frames one after the other."""

Memory = Sequence[tuple[Tensor, Tensor]]
"""Of every module's LSTMs, [layers, B, HIDDEN] each."""


@attrs.frozen
class SpeechSize:
    """How the networks are built.

    Attributes:
        code: numbers of the audio code.
        unit: numbers of one action unit's feature.
        width: channels of the audio encoder's first convolution.
        scope: one of SCOPES.
        dropout: of what is heard, before the linear layers and after the code, in training.
        even: whether every audio code is brought to mean 0 and spread 1.
    """

    code: int = 512
    unit: int = 64
    width: int = 64
    scope: str = WINDOW
    dropout: float = 0.0
    even: bool = False


class AudioEncoder(nn.Module):
    """Five convolutions and two linear layers, MFCC windows to codes.

    Args:
        size: of the networks.
    """

    def __init__(self, size: SpeechSize) -> None:
        super().__init__()
        deepest = DEEPEST * size.width
        self._dropout, self._even = size.dropout, size.even
        self.see = mfcc_convolutions(size.width)
        self.narrow = nn.Sequential(
            nn.Linear(deepest * SHRUNK, 4 * deepest), nn.ReLU(), nn.Linear(4 * deepest, size.code)
        )

    def forward(self, windows: Tensor) -> Tensor:
        """[B, T, 28, 12] to [B, T, code]."""
        images = windows.flatten(0, 1)[:, None]
        seen = functional.dropout(self.see(images).flatten(1), self._dropout, self.training)
        codes: Tensor = self.narrow(seen)
        if self._even:
            codes = functional.layer_norm(codes.float(), codes.shape[-1:])
        codes = functional.dropout(codes, self._dropout, self.training)
        return codes.reshape(*windows.shape[:2], -1)


class Audio2Au(nn.Module):
    """One action unit: convolutions along frequency and time, two LSTMs, three linear layers.

    Args:
        size: of the networks.
    """

    def __init__(self, size: SpeechSize) -> None:
        super().__init__()
        self._scope, self._dropout = size.scope, size.dropout
        self.frequency = nn.Conv1d(COEFFICIENTS, FREQUENCY, 1)  # a kernel over all 12 of a row
        self.time = nn.Conv1d(FREQUENCY, TIME, 3, padding=1)
        self.follow = nn.LSTM(TIME, HIDDEN, LAYERS, batch_first=True)
        self.narrow = nn.Sequential(
            nn.Linear(HIDDEN, HIDDEN),
            nn.LeakyReLU(SLOPE),
            nn.Linear(HIDDEN, size.unit),
            nn.LeakyReLU(SLOPE),
        )
        self.last = nn.Linear(size.unit, 1)

    def forward(
        self, windows: Tensor, memory: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor] | None]:
        """Windows [B, T, 28, 12] to features [B, T, unit], logits [B, T, 1] and memory."""
        rows = windows.flatten(0, 1).mT
        seen = torch.relu(self.time(torch.relu(self.frequency(rows)))).mT
        after: tuple[Tensor, Tensor] | None = None
        if self._scope == SEQUENCE:
            followed, after = self.follow(seen.mean(1).reshape(*windows.shape[:2], -1), memory)
        else:
            followed = self.follow(seen)[0][:, -1].reshape(*windows.shape[:2], -1)
        followed = functional.dropout(followed, self._dropout, self.training)
        feature: Tensor = self.narrow(followed)
        return feature, self.last(feature), after


@attrs.frozen(eq=False)
class Heard:
    """What Audio2AU says of B sequences of T frames.

    Attributes:
        features: [B, T, 5 x unit], AU10, AU14, AU20, AU25, AU26.
        logits: [B, T, 5], of their presence.
        memory: after the last frame; None where frames stand for themselves.
    """

    features: Tensor
    logits: Tensor
    memory: Memory | None = None


class ActionUnits(nn.Module):
    """Five Audio2AU modules over windows brought to one scale.

    Args:
        size: of the networks.
    """

    def __init__(self, size: SpeechSize) -> None:
        super().__init__()
        self.scale = nn.BatchNorm1d(COEFFICIENTS, affine=False)
        self.units = nn.ModuleList(Audio2Au(size) for _ in UNITS)

    def forward(self, windows: Tensor, memory: Memory | None = None) -> Heard:
        """Windows [B, T, 28, 12]."""
        rows = windows.flatten(0, 1).mT
        scaled = self.scale(rows).mT.reshape(windows.shape)
        before = [None] * len(UNITS) if memory is None else memory
        said = [unit(scaled, past) for unit, past in zip(self.units, before, strict=True)]
        features, logits, after = zip(*said, strict=True)
        kept = None if after[0] is None else list(after)
        return Heard(torch.cat(features, -1), torch.cat(logits, -1), kept)


class SpeechNetwork(nn.Module):
    """Audio encoder and Audio2AU.

    Args:
        size: of the networks.
    """

    def __init__(self, size: SpeechSize) -> None:
        super().__init__()
        self.size = size
        self.encoder = AudioEncoder(size)
        self.units = ActionUnits(size)


def windows_of(features: AudioFeatures) -> Tensor:
    """[T, 28, 12].

    Raises:
        InvalidValue: windows of another shape.
    """
    rows, width = features.values.shape[1:]
    if (rows, width) != (ROWS, COEFFICIENTS):
        what = f"expected windows of {ROWS} x {COEFFICIENTS}, got {rows} x {width}"
        raise InvalidValue(what, where="AudioFeatures", do="use the audio encoder mfcc")
    return features.values
