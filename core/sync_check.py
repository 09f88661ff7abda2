"""Whether lips and sound belong together in time, without a pre-trained network.

A ridge regression hears (log-mel windows) how a few numbers that follow the lips ought to move;
where in time it agrees best with how they do move is the offset of the sound. The correlation there
says how well lips and sound agree at all.
"""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.measures import correlation, remove_rigid_motion
from visemix.core.values.audio import Audio

RATE = 16_000
"""Sample rate that is listened to, Hz."""

COLUMN_S = 0.02
"""Seconds between two columns of the spectrogram."""

SPECTRUM = 512
"""Samples of its window."""

MELS = 40
AROUND = 1
"""Columns before and after the middle of a frame that are heard with it. With more the curve gets
a plateau: every lag at which the right column is somewhere in the window does as well."""

TOP = 0.75
"""Share of the highest correlation above which lags belong to the peak."""

PENALTY = 30.0
"""Of the ridge regression, in standardised units and per frame of a thousand."""

MOST = 15
"""Largest lag that is tried, frames."""

FOLDS = 5
DISTANCES = ((13, 14), (0, 17), (61, 291))
"""MediaPipe's points whose distances follow the lips: inner gap, outer height, width."""


def lip_distances(landmarks: Tensor, reference: Tensor | None = None) -> Tensor:
    """[T, 3] distances of the lips in landmarks [T, 478, 3], rigid motion removed.

    Args:
        landmarks: px.
        reference: [478, 3] frame that fixes the alignment; the first one if None.
    """
    aligned = remove_rigid_motion(landmarks, landmarks[0] if reference is None else reference)
    pairs = [aligned[:, a, :2] - aligned[:, b, :2] for a, b in DISTANCES]
    return torch.stack([pair.norm(dim=-1) for pair in pairs], 1)


def sound_windows(audio: Audio, frames: int, fps: float, around: int = AROUND) -> Tensor:
    """[T, D] log-mel columns around the middle of every frame.

    Args:
        audio: at RATE.
        frames: T.
        fps: frames per second.
        around: columns before and after the middle one.

    Raises:
        InvalidValue: the sound is not at RATE.
    """
    if audio.rate != RATE:
        raise InvalidValue(f"expected sound at {RATE} Hz, got {audio.rate}", where="Audio.rate")
    columns = _log_mel(audio.samples)
    middle = ((torch.arange(frames) + 0.5) / fps / COLUMN_S).round().long()
    index = middle[:, None] + torch.arange(-around, around + 1)
    return columns[index.clamp(0, len(columns) - 1)].flatten(1)


def _log_mel(samples: Tensor) -> Tensor:
    hop = round(COLUMN_S * RATE)
    window = torch.hann_window(SPECTRUM, device=samples.device)
    spectrum = torch.stft(samples, SPECTRUM, hop, window=window, return_complex=True)
    power = spectrum.abs().square()
    return (_mel_filters().to(power) @ power + 1e-6).log().T


def _mel_filters() -> Tensor:
    """[MELS, SPECTRUM / 2 + 1] triangles that are even on the mel scale, 60 to 7,600 Hz."""
    low, high = (2595 * torch.tensor(1 + f / 700).log10() for f in (60.0, 7600.0))
    mels = torch.linspace(float(low), float(high), MELS + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    tones = torch.linspace(0, RATE / 2, SPECTRUM // 2 + 1)
    rising = (tones - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - tones) / (edges[2:] - edges[1:-1])[:, None]
    return torch.minimum(rising, falling).clamp(min=0)


@attrs.frozen(eq=False)
class LagCurve:
    """How well lips and sound agree when the sound is shifted.

    Attributes:
        lags: [N] int64 frames; positive where the sound comes later than the lips.
        correlation: [N] mean over the signals.
        fps: frames per second.
    """

    lags: Tensor
    correlation: Tensor
    fps: float

    @property
    def best(self) -> float:
        """The middle of the peak, frames."""
        if float(self.correlation.max()) <= 0:
            return float(self.lags[self.correlation.argmax()])
        above = (self.correlation / self.correlation.max() - TOP).clamp(min=0)
        highest = int(self.correlation.argmax())
        outside = (above == 0).nonzero().flatten()
        left = [int(k) for k in outside if k < highest]
        right = [int(k) for k in outside if k > highest]
        peak = slice(left[-1] + 1 if left else 0, right[0] if right else len(above))
        return float((above[peak] * self.lags[peak]).sum() / above[peak].sum())

    @property
    def late_s(self) -> float:
        """How late the sound is, seconds."""
        return self.best / self.fps

    def at(self, lag: int) -> float:
        """The correlation at one lag."""
        return float(self.correlation[self.lags == lag][0])


@attrs.frozen(eq=False)
class Listener:
    """A ridge regression from sound windows to signals.

    Attributes:
        middle, spread: [D] of the windows.
        weights: [D, K].
    """

    middle: Tensor
    spread: Tensor
    weights: Tensor

    @staticmethod
    def learn(windows: Tensor, signals: Tensor, penalty: float = PENALTY) -> "Listener":
        """From windows [T, D] and what was seen with them [T, K].

        Args:
            windows: what was heard.
            signals: what was seen.
            penalty: in standardised units, for a thousand frames.
        """
        middle, spread = windows.mean(0), windows.std(0).clamp_min(1e-6)
        heard = ((windows - middle) / spread).double()
        seen = (signals - signals.mean(0)).double()
        square = heard.T @ heard
        square.diagonal().add_(penalty * len(heard) / 1000)
        return Listener(middle, spread, torch.linalg.solve(square, heard.T @ seen).float())

    def hear(self, windows: Tensor) -> Tensor:
        """[T, K] signals as they ought to be, around 0."""
        return (windows - self.middle) / self.spread @ self.weights

    def agreement(self, windows: Tensor, signals: Tensor) -> float:
        """Correlation at lag 0, mean over the signals, of a clip that it did not learn from."""
        return _mean_correlation(self.hear(windows), signals)

    def lag_curve(self, windows: Tensor, signals: Tensor, fps: float, most: int = MOST) -> LagCurve:
        """Of a clip that it did not learn from.

        Args:
            windows: [T, D].
            signals: [T, K].
            fps: frames per second.
            most: largest lag, frames.

        Raises:
            InvalidValue: the clip is too short.
        """
        return compared(self.hear(windows), signals, fps, most)


def compared(heard: Tensor, signals: Tensor, fps: float, most: int = MOST) -> LagCurve:
    """Of signals as they ought to be and as they are.

    Args:
        heard: [T, K].
        signals: [T, K].
        fps: frames per second.
        most: largest lag, frames.

    Raises:
        InvalidValue: the clip is too short.
    """
    lags = _lags(len(signals), most)
    found = [_mean_correlation(*_shifted(heard, signals, lag)) for lag in lags.tolist()]
    return LagCurve(lags, torch.tensor(found), fps)


def lag_curve(windows: Tensor, signals: Tensor, fps: float, most: int = MOST) -> LagCurve:
    """Of one clip alone: for every lag a regression learns four fifths and is tried on the rest.

    Args:
        windows: [T, D] from ``sound_windows``.
        signals: [T, K], such as ``lip_distances``.
        fps: frames per second.
        most: largest lag, frames.

    Raises:
        InvalidValue: the clip is too short.
    """
    lags = _lags(len(signals), most)
    found = [_tried(*_shifted(windows, signals, lag)) for lag in lags.tolist()]
    return LagCurve(lags, torch.tensor(found), fps)


def _tried(windows: Tensor, signals: Tensor) -> float:
    """Mean correlation of what is heard with what is seen, each fifth heard by the others."""
    fold = torch.arange(len(signals)) * FOLDS // len(signals)
    heard = torch.empty_like(signals)
    for number in range(FOLDS):
        rest, own = fold != number, fold == number
        heard[own] = Listener.learn(windows[rest], signals[rest]).hear(windows[own])
        heard[own] += signals[rest].mean(0)
    return _mean_correlation(heard, signals)


def _lags(frames: int, most: int) -> Tensor:
    if frames < 3 * most:
        what = f"a clip of {frames} frames is too short for lags of {most}"
        raise InvalidValue(what, where="sync check")
    return torch.arange(-most, most + 1)


def _shifted(sound: Tensor, signals: Tensor, lag: int) -> Sequence[Tensor]:
    """Rows of both where row t + ``lag`` of the sound belongs to row t of the signals."""
    count = len(signals) - abs(lag)
    return sound[max(lag, 0) :][:count], signals[max(-lag, 0) :][:count]


def _mean_correlation(heard: Tensor, seen: Tensor) -> float:
    pairs = zip(heard.unbind(1), seen.unbind(1), strict=True)
    found = [correlation(a, b) for a, b in pairs]
    return sum(found) / len(found)
