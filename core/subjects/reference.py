"""Reference: a video or photo as the frames and the sound that a subject is made of."""

import contextlib
from collections.abc import Generator
from pathlib import Path

import attrs
import torch

from visemix.core.errors import MediaError
from visemix.core.media.audio_in import SILENCE, audio_blocks
from visemix.core.media.media_info import MediaInfo
from visemix.core.media.video_in import VideoReader, probe, read_photo
from visemix.core.subjects.read_ahead import read_ahead
from visemix.core.values.audio import Audio
from visemix.core.values.subject import Picture

AUDIO_RATE = 16_000
"""Sample rate of a subject's own sound, Hz."""

_AHEAD = 6
"""Decoded frames that may wait for the tracker."""

_AHEAD_BYTES = 64 << 20
"""... and their size together: fewer frames of a large video wait, at least one."""


@attrs.define(eq=False)
class Reference:
    """One file that shows a person.

    Attributes:
        path: the file.
        fps: rate at which it is read, frames per second.
        info: what the file holds.
        limit: frames that are read at most.
        notes: what the user should know; complete once everything was read.
    """

    path: Path
    fps: float
    info: MediaInfo
    limit: int
    notes: list[str] = attrs.field(factory=list)

    @staticmethod
    def open(path: Path, fps: float, max_seconds: float) -> "Reference":
        """Look at a file.

        Raises:
            MediaError: it is missing, has no picture, or is damaged.
        """
        limit = max(round(max_seconds * fps), 1)
        return Reference(path, fps, probe(path), limit)

    @property
    def expected(self) -> int:
        """Number of frames, as far as the file says."""
        if self.info.is_photo:
            return 1
        return max(min(round(self.info.duration_s * self.fps), self.limit), 1)

    def pictures(self) -> Generator[Picture]:
        """Its frames, decoded a few frames ahead in another thread."""
        if self.info.is_photo:
            yield read_photo(self.path)
            return
        with (
            VideoReader(self.path, self.fps) as video,
            contextlib.closing(read_ahead(video, self._depth())) as frames,
        ):
            for count, (_, picture) in enumerate(frames):
                if count == self.limit:
                    self._say_capped()
                    break
                yield picture
        if video.damaged:
            self.notes.append(f"{video.damaged} damaged frames were left out")

    def _depth(self) -> int:
        frame_bytes = 3 * self.info.width * self.info.height
        return max(min(_AHEAD, _AHEAD_BYTES // frame_bytes), 1)

    def _say_capped(self) -> None:
        seconds = self.limit / self.fps
        whole = self.info.duration_s
        self.notes.append(f"only the first {seconds:g} s of {whole:.1f} s were used")

    def sound(self, frames: int) -> Audio | None:
        """Its own sound, exactly as long as ``frames`` frames; None if there is none to learn from.

        What is missing at the end is silence.
        """
        if self.info.is_photo:
            return None
        if not self.info.has_audio:
            self.notes.append("it has no sound: this person's way of speaking cannot be learned")
            return None
        wanted = round(frames / self.fps * AUDIO_RATE)
        try:
            samples = self._read_sound(wanted)
        except MediaError as e:
            self.notes.append(f"its sound cannot be used: {e.what}")
            return None
        if float(samples.abs().max()) <= SILENCE:
            self.notes.append(
                "its sound is silent: this person's way of speaking cannot be learned"
            )
            return None
        missing = wanted - len(samples)
        if missing > AUDIO_RATE // 2:
            self.notes.append(f"its sound ends {missing / AUDIO_RATE:.1f} s before the pictures")
        return Audio(torch.nn.functional.pad(samples, (0, max(missing, 0))), AUDIO_RATE)

    def _read_sound(self, wanted: int) -> torch.Tensor:
        parts: list[torch.Tensor] = []
        blocks = audio_blocks(self.path, AUDIO_RATE, 10.0, allow_silence=True)
        for block in blocks:
            parts.append(block.samples)
            if sum(len(part) for part in parts) >= wanted:
                break
        return torch.cat(parts)[:wanted]
