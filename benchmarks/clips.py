"""The clips that figures are reported on, and how each is split."""

import wave
from pathlib import Path

import attrs
import numpy as np

from visemix.core.media.audio_in import read_audio

MEDIA = Path(__file__).resolve().parents[2] / "shared" / "media"


@attrs.frozen
class Clip:
    """One clip: the subject is made from its start, the rest is what has to be said.

    Attributes:
        name: short.
        file: in MEDIA.
        split_s: seconds that the subject is made from.
    """

    name: str
    file: str
    split_s: float

    @property
    def path(self) -> Path:
        return MEDIA / self.file


# Splits lie on frames of 1 / 25 s, so that sound and picture are cut at the same time.
CLIPS = (
    Clip("vlogger", "vlogger_720p_24s.mp4", 12.0),
    Clip("anchor", "anchor_512_71s.mp4", 35.6),
    Clip("address", "address_256_47s.mp4", 23.28),
    Clip("lecture", "lecture_256_25s.mp4", 12.48),
    Clip("german", "german_512_20s.mp4", 10.0),
)


def write_rest(clip: Clip, path: Path) -> float:
    """Write the sound after the split as a WAV; its length in seconds."""
    audio = read_audio(clip.path)
    rest = audio.samples[round(clip.split_s * audio.rate) :]
    write_wav(path, rest.numpy(), audio.rate)
    return len(rest) / audio.rate


def write_wav(path: Path, samples: np.ndarray[tuple[int], np.dtype[np.float32]], rate: int) -> None:
    """16-bit mono."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
