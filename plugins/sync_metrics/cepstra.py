"""MFCC as the Python package python_speech_features makes them by default, which SyncNet hears.

13 coefficients of 26 bands, windows of 25 ms every 10 ms without a taper, pre-emphasis 0.97, lifter
22; the first is the logarithm of the window's energy.
"""

import math
from functools import cache

import torch
from torch import Tensor

from visemix.core.values.audio import Audio

RATE = 16_000
WINDOW, HOP, FFT = 400, 160, 512
BANDS, COEFFICIENTS = 26, 13
PREEMPHASIS, LIFTER = 0.97, 22
LEVELS = 32_768.0
"""The package is given 16-bit samples; only the energy knows."""

TINY = torch.finfo(torch.float64).eps
"""In place of an energy of 0."""


def cepstra(audio: Audio) -> Tensor:
    """[S, 13] float32, row s of the window that begins at 10 ms x s; the last may end in zeros.

    Args:
        audio: at RATE.
    """
    samples = (audio.samples.double() * LEVELS).round()
    emphasised = torch.cat((samples[:1], samples[1:] - PREEMPHASIS * samples[:-1]))
    missing = -(-max(len(samples) - WINDOW, 0) // HOP) * HOP + WINDOW - len(samples)
    frames = torch.nn.functional.pad(emphasised, (0, missing)).unfold(0, WINDOW, HOP)
    power = torch.fft.rfft(frames, FFT).abs().square() / FFT
    energy = power.sum(1).clamp_min(TINY)
    bands = (power @ _triangles().T).clamp_min(TINY)
    made: Tensor = bands.log() @ _cosines().T
    made[:, 0] = energy.log()
    return made.float()


@cache
def _triangles() -> Tensor:
    """[26, 257], even on the mel scale, with corners on whole bins of the spectrum."""
    mels = torch.linspace(0, 2595 * math.log10(1 + RATE / 2 / 700), BANDS + 2, dtype=torch.float64)
    corners = ((FFT + 1) * 700 * (10 ** (mels / 2595) - 1) / RATE).floor()
    left, top, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    bins = torch.arange(FFT // 2 + 1, dtype=torch.float64)
    rising, falling = (bins - left) / (top - left), (right - bins) / (right - top)
    # The top belongs to the falling side, where it is 1; rising stops before it.
    return torch.where(bins < top, rising, falling).clamp(min=0)


@cache
def _cosines() -> Tensor:
    """[13, 26] orthonormal cosine transform (type 2), liftered."""
    n = torch.arange(COEFFICIENTS, dtype=torch.float64)[:, None]
    band = torch.arange(BANDS, dtype=torch.float64) + 0.5
    scale = torch.where(n == 0, math.sqrt(1 / BANDS), math.sqrt(2 / BANDS))
    lift = 1 + LIFTER / 2 * torch.sin(torch.pi * n / LIFTER)
    return lift * scale * torch.cos(torch.pi * n * band / BANDS)
