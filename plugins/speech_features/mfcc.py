"""MFCC windows of 28 x 12 around every video frame, as Yi et al. and Audio2AU use them."""

import math
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.errors import VisemixError
from visemix.core.interfaces import AudioEncoder
from visemix.core.values.audio import Audio
from visemix.core.values.features import AudioFeatures
from visemix.plugins.speech_features.frame_windows import (
    frame_count,
    frame_samples,
    padded,
    window_of,
)

ROWS = 28
COEFFICIENTS = 13  # the first is dropped
FRAME = 400  # samples, 25 ms
HOP = 160  # samples, 10 ms
PADDING = 1920  # samples, 120 ms: the window begins so long before its frame
FFT = 512
BANDS = 26
PREEMPHASIS = 0.97
LIFTER = 22
FLOOR = float(np.finfo(np.float64).eps)  # of a band's energy; silence gives zero coefficients


class Mfcc(AudioEncoder):
    """Mel cepstra: 13 coefficients less the first, 25 ms frames, 10 ms hop.

    Row j of frame k begins 120 ms - 10 ms x j before k / fps. At 25 fps these are rows 4k to
    4k + 27 of a clip padded with 120 ms of zeros; the 280 ms lie around the middle of the time in
    which the frame is shown. Other rates take the same window from the nearest sample. Nothing is
    normalised over the utterance, so a stream gives the same numbers as a file.

    Args:
        fps: frames per second.
        block_s: seconds of sound that are new in one call.
    """

    rate = 16000
    kind = "mfcc"
    rows = ROWS
    width = COEFFICIENTS - 1

    def __init__(self, *, fps: float = 25.0, block_s: float = 1.0) -> None:
        last = (ROWS - 1) * HOP + FRAME - PADDING
        self.fps = fps
        # one sample more in the past, for the pre-emphasis
        self.window = window_of(fps, ((PADDING + 1) / self.rate, block_s, last / self.rate))
        self.look_ahead_ms = last * 1000 / self.rate
        self.centre = (PADDING - FRAME / 2) / HOP

    def encode(self, audio: Audio) -> AudioFeatures:
        """[T, 28, 12]; see the class."""
        frames = frame_samples(frame_count(audio, self.fps), self.fps, self.rate)
        starts = frames.unsqueeze(-1) + torch.arange(ROWS) * HOP - PADDING
        once, where = np.unique(starts.numpy(), return_inverse=True)  # neighbours share most rows
        cepstra = self._cepstra(audio.samples.cpu(), torch.from_numpy(once))
        values = cepstra[torch.from_numpy(where).view(starts.shape)]
        return AudioFeatures(values, self.fps, self.kind, self.centre, self.look_ahead_ms)

    def _cepstra(self, samples: Tensor, starts: Tensor) -> Tensor:
        """[N, 12] of the frames that begin at ``starts``."""
        emphasised = samples.double()
        emphasised[1:] -= PREEMPHASIS * samples.double()[:-1]
        spectrum = torch.fft.rfft(padded(emphasised, starts, FRAME), FFT)
        energy = (spectrum.abs() ** 2 / FFT) @ self._bands.T
        cepstra: Tensor = energy.clamp_min(FLOOR).log() @ self._cosines.T
        return cepstra.float()

    @cached_property
    def _bands(self) -> Tensor:
        """[26, 257] triangles, evenly spaced on HTK's mel scale."""
        filters = _librosa_filters()
        return torch.from_numpy(filters)

    @cached_property
    def _cosines(self) -> Tensor:
        """[12, 26] type-2 cosine transform without its first row, liftered."""
        n = torch.arange(1, COEFFICIENTS, dtype=torch.float64).unsqueeze(-1)
        band = torch.arange(BANDS, dtype=torch.float64) + 0.5
        lift = 1 + LIFTER / 2 * torch.sin(torch.pi * n / LIFTER)
        cosines: Tensor = lift * torch.cos(torch.pi * n * band / BANDS)
        return cosines * math.sqrt(2 / BANDS)


def _librosa_filters() -> NDArray[np.float64]:
    try:
        from librosa.filters import mel  # slow to import, and absent where features are prepared
    except ImportError as error:
        what = "the part 'mfcc' needs librosa, which is not installed"
        raise VisemixError(what, where="audio_encoder", do="pip install librosa") from error
    filters: NDArray[np.float64] = mel(
        sr=Mfcc.rate, n_fft=FFT, n_mels=BANDS, htk=True, norm=None, dtype=np.float64
    )
    return filters
