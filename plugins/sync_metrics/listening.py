"""A listener that learned from other people how sound moves lips."""

from functools import cache
from importlib import resources

import torch
from torch import Tensor
from torch.nn import functional

from visemix.core.sync_check import Listener, sound_windows
from visemix.core.training.checkpoint import read_tensors
from visemix.core.values.audio import Audio

FILE = "listener.safetensors"
"""Made by ``learn_listener``."""

AROUND = 7
"""Columns (20 ms each) before and after the middle of a frame that it hears."""

PENALTY = 300.0
"""Of its ridge regression, for a thousand frames."""

SLOW_S = 1.0
"""Seconds over which a mean is taken off what is heard and seen."""

LEVEL = 0.3
"""Smallest spread of a band, in logarithms of power, that is scaled up to 1."""


def steady_windows(audio: Audio, frames: int, fps: float) -> Tensor:
    """[T, D] what is heard around each frame, every band with mean 0 and spread 1 over the clip.

    So microphones and loudness do not matter.
    """
    windows = sound_windows(audio, frames, fps, AROUND).view(frames, 2 * AROUND + 1, -1)
    middle = windows[:, AROUND]
    spread = middle.std(0).clamp_min(LEVEL)
    steady: Tensor = (windows - middle.mean(0)) / spread
    return steady.flatten(1)


@cache
def packaged_listener() -> Listener:
    """The one that comes with the plugin."""
    with resources.as_file(resources.files("visemix.plugins.sync_metrics") / FILE) as path:
        stored = read_tensors(path)
    return Listener(**stored)


def syllables(signals: Tensor, fps: float) -> Tensor:
    """Signals [T, K] less their mean over the second around each frame.

    What is left moves with syllables; whether someone speaks at all would correlate at any lag.
    """
    length = 2 * round(SLOW_S * fps / 2) + 1
    padded = functional.pad(signals.T[None], (length // 2, length // 2), mode="replicate")
    return signals - functional.avg_pool1d(padded, length, 1)[0].T


def even(signals: Tensor) -> Tensor:
    """Signals [T, K] with mean 0 and spread 1, so that faces count alike."""
    spread = signals.std(0).clamp_min(torch.finfo(signals.dtype).tiny)
    return (signals - signals.mean(0)) / spread
