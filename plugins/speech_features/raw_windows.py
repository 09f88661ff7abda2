"""The waveform itself, cut into windows around every video frame."""

from visemix.core.errors import RecipeError
from visemix.core.interfaces import AudioEncoder
from visemix.core.values.audio import Audio
from visemix.core.values.features import AudioFeatures
from visemix.plugins.speech_features.frame_windows import (
    frame_count,
    frame_samples,
    padded,
    window_of,
)


class RawWindows(AudioEncoder):
    """Sound that a model's own first layers listen to.

    The window of frame k is centred on the middle of the time it is shown, (k + 1/2) / fps, and
    zero outside the clip. Chen et al. (2020, rhythmic head): 7 chunks of 40 ms, chunks t-3 to t+3
    (``seconds=0.28, chunks=7``). Vougioukas et al. (2020): one piece of 0.2 s at 50 kHz
    (``rate=50000, seconds=0.2, chunks=1``).

    Args:
        fps: frames per second.
        rate: samples per second, Hz.
        seconds: length of a window.
        chunks: pieces it is cut into.
        block_s: seconds of sound that are new in one call.

    Raises:
        RecipeError: a window that cannot be cut into equal chunks of whole samples.
    """

    kind = "raw"

    def __init__(
        self,
        *,
        fps: float = 25.0,
        rate: int = 16000,
        seconds: float = 0.28,
        chunks: int = 7,
        block_s: float = 1.0,
    ) -> None:
        self._size = round(seconds * rate)
        if chunks < 1 or self._size < chunks or self._size % chunks:
            what = f"{seconds} s at {rate} Hz cannot be cut into {chunks} chunks of whole samples"
            raise RecipeError(what, where="audio_encoder", do="change seconds, rate or chunks")
        self.rate, self.fps, self.rows = rate, fps, chunks
        self.width = self._size // chunks
        reach = max((seconds - 1 / fps) / 2, 0)  # before and after the time the frame is shown
        self.window = window_of(fps, (reach, block_s, reach))
        self.look_ahead_ms = (seconds + 1 / fps) / 2 * 1000
        self.centre = (chunks - 1) / 2 - rate / fps / 2 / self.width

    def encode(self, audio: Audio) -> AudioFeatures:
        """[T, chunks, samples per chunk]; see the class."""
        frames, after = frame_count(audio, self.fps), (self.rate / self.fps - self._size) / 2
        start = frame_samples(frames, self.fps, self.rate, after)
        pieces = padded(audio.samples.cpu(), start, self._size)
        values = pieces.view(-1, self.rows, self.width)
        return AudioFeatures(values, self.fps, self.kind, self.centre, self.look_ahead_ms)
