"""Sound as these metrics hear it."""

import numpy as np
import soxr
import torch

from visemix.core.judging.case import Take
from visemix.core.media.audio_in import SILENCE
from visemix.core.sync_check import RATE
from visemix.core.values.audio import Audio

FPS = 25.0
"""Offsets are in frames of this rate, as SyncNet's are."""


def listened(audio: Audio) -> Audio:
    """At RATE."""
    if audio.rate == RATE:
        return audio
    made = soxr.resample(audio.samples.numpy(), audio.rate, RATE)
    return Audio(torch.from_numpy(np.asarray(made, np.float32)).clamp(-1, 1), RATE)


def unheard(take: Take) -> str:
    """Why the sound of a take cannot be compared with anything; empty if it can."""
    if take.audio is None or not len(take.audio.samples):
        return "no sound"
    if float(take.audio.samples.abs().max()) <= SILENCE:
        return "silence"
    return ""
