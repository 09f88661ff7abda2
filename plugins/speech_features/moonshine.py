"""Middle layers of the Moonshine Tiny speech encoder around every video frame."""

import re
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from visemix.core.errors import RecipeError
from visemix.core.interfaces import AudioEncoder
from visemix.core.values.audio import Audio
from visemix.core.values.features import AudioFeatures
from visemix.plugins.speech_features import moonshine_network as network
from visemix.plugins.speech_features.frame_windows import (
    frame_count,
    rows_at,
    window_of,
    windows_of,
)
from visemix.plugins.speech_features.moonshine_weights import (
    PACKAGED,
    find_weights,
    load_moonshine,
)

KEPT_SILENCE_S = 0.25
"""Digital silence left at the ends of a block, seconds."""


class Moonshine(AudioEncoder):
    """Sound as an English speech recogniser hears it half-way.

    Rows come at 41.67 Hz, each centred on its receptive field, and are brought to the frame grid
    by linear interpolation. Attention and GroupNorm look at a whole block, so numbers depend a
    little on what else is in it. Digital silence, as it is put around a clip, would shift them
    most; all but ``KEPT_SILENCE_S`` of it is cut off before the network runs.

    Args:
        fps: frames per second.
        layers: transformer layers whose outputs are concatenated, "3" or "2-3", counted from 1.
        rows: frames per window.
        ahead: how many of them lie after the frame's own.
        span_s: seconds of sound in one call of the network: past, block (which is new), future.
        weights: "packaged" (three layers), a .safetensors file, or a name on the Hugging Face hub.

    Raises:
        RecipeError: settings that cannot be.
        CheckpointError: weights that cannot be loaded.
    """

    rate = network.RATE
    kind = "moonshine"

    def __init__(
        self,
        *,
        fps: float = 25.0,
        layers: str = "2-3",
        rows: int = 9,
        ahead: int = 4,
        span_s: Sequence[float] = (2.0, 4.0, 1.0),
        weights: str = PACKAGED,
    ) -> None:
        if not 0 <= ahead < rows:
            what = f"a window of {rows} rows cannot have {ahead} after the frame's own"
            raise RecipeError(what, where="audio_encoder", do="use 0 <= ahead < rows")
        self.fps, self.rows = fps, rows
        self.centre = float(rows - 1 - ahead)
        self.look_ahead_ms = ahead * 1000 / fps + network.FIRST_CENTRE * 1000 / self.rate
        self._before, self._after = rows - 1 - ahead, ahead
        self.window = window_of(fps, span_s, least=(self._before, self._after))
        self._first, self._last = _layer_range(layers)
        self.width = network.WIDTH * (self._last - self._first + 1)
        self._weights = find_weights(weights)
        self._network = load_moonshine(self._weights, self._last)

    def files(self) -> dict[str, Path]:
        """What it was made from; its hash goes into the lock of a run."""
        return {"weights": self._weights}

    def encode(self, audio: Audio) -> AudioFeatures:
        """[T, rows, 288 x layers]; see the class."""
        frames = frame_count(audio, self.fps)
        rows, first = self._rows(audio.samples.cpu())
        samples = torch.arange(frames, dtype=torch.float64) * (self.rate / self.fps)
        on_grid = rows_at(rows, (samples - first) / network.HOP)
        values = windows_of(on_grid, self._before, self._after)
        return AudioFeatures(values, self.fps, self.kind, self.centre, self.look_ahead_ms)

    def _rows(self, samples: Tensor) -> tuple[Tensor, float]:
        """[N, D] rows, and the sample on which the first of them is centred."""
        start, stop = _sounding(samples, int(KEPT_SILENCE_S * self.rate))
        missing = max(network.RECEPTIVE_FIELD - (stop - start), 0)
        heard = torch.nn.functional.pad(samples[start:stop], (0, missing))
        with torch.inference_mode():
            outputs = self._network(heard.unsqueeze(0))[self._first : self._last + 1]
            rows = torch.cat(outputs, -1)[0]
        return rows.clone(), start + network.FIRST_CENTRE  # a clone is no inference tensor


def _sounding(samples: Tensor, margin: int) -> tuple[int, int]:
    """From ``margin`` before the first sample that is not zero to ``margin`` after the last."""
    sounding = samples.nonzero()
    if len(sounding) == 0:
        return 0, min(len(samples), 2 * margin)
    first, last = int(sounding[0]), int(sounding[-1])
    return max(first - margin, 0), min(last + 1 + margin, len(samples))


def _layer_range(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-6])(?:-([1-6]))?", text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if first > last:
        what = f"layers {text!r} name no layers of the six"
        raise RecipeError(what, where="audio_encoder", do='write "3" or "2-3"')
    return first, last
