"""DeepSpeech windows: 16 rows of 29 symbol scores around every video frame (FACIAL)."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from visemix.core.errors import InvalidValue, RecipeError
from visemix.core.interfaces import AudioEncoder
from visemix.core.values.audio import Audio
from visemix.core.values.features import AudioFeatures
from visemix.core.windows import Window
from visemix.plugins.speech_features.ctc_model import CtcModel
from visemix.plugins.speech_features.deepspeech_alphabet import SYMBOLS
from visemix.plugins.speech_features.deepspeech_file import (
    AFTER,
    BEFORE,
    WINDOW,
    read_windows,
    zero_padded_windows,
)
from visemix.plugins.speech_features.frame_windows import frame_count, rows_at, window_of

ALL_FRAMES = Window(block=2**40)
"""One call for the whole clip: windows from a file belong to one recording, start to end."""


class DeepSpeech(AudioEncoder):
    """Scores of DeepSpeech's 29 symbols, rows k-8 to k+7 of frame k (row 8 is the frame's own).

    DeepSpeech 0.1 itself no longer runs anywhere. Its windows come from a file that somebody made
    with it, or a wav2vec 2.0 recogniser stands in: its 32 symbols map one to one onto the 29
    (deepspeech_alphabet.py), 50 rows a second, brought to the frame grid by linear interpolation.
    DeepSpeech normalised its input by the mean and spread of the whole utterance; the stand-in
    normalises block by block, so that a stream gives the same numbers as a file.

    Args:
        fps: frames per second.
        file: .npy, .npz or .pkl with the windows of the one clip that will be encoded; empty to
            compute them.
        model: recogniser that computes them, a folder or a name on the Hugging Face hub.
        scores: "logits", as FACIAL's released features, or "log-probabilities", as its paper says.
        span_s: seconds of sound in one call of the recogniser: past, block (new), future.

    Raises:
        RecipeError: settings that cannot be.
        DatasetError: the file cannot be used.
    """

    rate = 16000
    kind = "deepspeech"
    rows = WINDOW
    width = len(SYMBOLS)
    centre = float(BEFORE)

    def __init__(
        self,
        *,
        fps: float = 25.0,
        file: str = "",
        model: str = "facebook/wav2vec2-base-960h",
        scores: str = "logits",
        span_s: Sequence[float] = (2.0, 4.0, 1.0),
    ) -> None:
        if scores not in ("logits", "log-probabilities"):
            what = f"scores={scores!r} is not known"
            raise RecipeError(what, where="audio_encoder", do='use "logits" or "log-probabilities"')
        self.fps, self._log = fps, scores == "log-probabilities"
        self.look_ahead_ms = AFTER * 1000 / fps
        self._file = Path(file)
        self._windows = read_windows(self._file) if file else None
        self._model = cache(lambda: CtcModel(model))  # a training from kept features needs none
        self.window = ALL_FRAMES if file else window_of(fps, span_s, least=(BEFORE, AFTER))

    def encode(self, audio: Audio) -> AudioFeatures:
        """[T, 16, 29]; see the class.

        Raises:
            CheckpointError: the recogniser cannot be loaded.
            InvalidValue: the file's windows are more than one frame longer or shorter.
        """
        frames = frame_count(audio, self.fps)
        values = self._computed(audio, frames) if self._windows is None else self._read(frames)
        values = values.log_softmax(-1) if self._log else values
        return AudioFeatures(values, self.fps, self.kind, self.centre, self.look_ahead_ms)

    def _read(self, frames: int) -> Tensor:
        assert self._windows is not None
        if abs(len(self._windows) - frames) > 1:  # one frame: recordings are cut at either side
            what = f"it has {len(self._windows)} windows, but the sound has {frames} frames"
            advice = f"give the windows of this recording at {self.fps:g} fps"
            raise InvalidValue(what, where=self._file, do=advice)
        return self._windows[torch.arange(frames).clamp(max=len(self._windows) - 1)]

    def _computed(self, audio: Audio, frames: int) -> Tensor:
        model = self._model()
        rows = model.rows(audio.samples.cpu())
        first = (model.receptive_field - 1) / 2
        samples = torch.arange(frames, dtype=torch.float64) * (self.rate / self.fps)
        return zero_padded_windows(rows_at(rows, (samples - first) / model.hop))
