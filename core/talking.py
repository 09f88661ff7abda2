"""Pipeline: the one object that users of the Python interface hold."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs
import torch

from visemix.core.media.audio_in import audio_blocks, require_sound, sound_seconds
from visemix.core.media.sheet import contact_sheet
from visemix.core.media.video_out import VideoWriter
from visemix.core.pipeline import (
    Parts,
    Request,
    Settings,
    attributes_of,
    check_rate,
    frames_of_attributes,
    personalised,
)
from visemix.core.prepare import PrepareOptions, prepare
from visemix.core.subjects.folder import load_subject
from visemix.core.timeline import length
from visemix.core.values.audio import Audio
from visemix.core.values.frames import Frames
from visemix.core.values.subject import Subject

SOUND_RATE = 48_000
"""Sample rate of the sound in the videos that are made, Hz."""

BLOCK_S = 1.0
"""Seconds of sound that are read and passed on at once."""


class Pipeline:
    """A recipe, built: prepares subjects and makes them speak.

    Args:
        parts: the built parts.
        settings: frame rate, limits, who is told of the progress.
    """

    def __init__(self, parts: Parts, settings: Settings | None = None) -> None:
        self.parts = parts
        self.settings = settings or Settings()
        self._adapted: tuple[str, Parts] | None = None  # the last subject's, streams come in rows

    def prepare(
        self, reference: str | Path, *, face: int | None = None, folder: str | Path | None = None
    ) -> Subject:
        """Track a reference once; or load it, if it is a prepared subject folder.

        Args:
            reference: video, photo, or subject folder.
            face: which face, from the left, 0 first; None for the largest.
            folder: where to keep the subject; None keeps it for as long as the object lives.

        Raises:
            MediaError: it cannot be read.
            FaceError: it shows no face.
            SubjectError: the subject folder is damaged.
        """
        reference = Path(reference)
        if (reference / "subject.json").is_file():
            return load_subject(reference)
        options = PrepareOptions(
            face=face,
            fps=self.settings.fps,
            max_seconds=self.settings.max_seconds,
            folder=Path(folder) if folder is not None else None,
            progress=self.settings.progress,
            key=self.settings.key,
        )
        return prepare(reference, self.parts.tracker, self.parts.face_model, options)

    def generate(
        self,
        audio: str | Path,
        subject: Subject,
        *,
        seed: int = 0,
        seconds: float | None = None,
        made_from: "MadeFrom | None" = None,
    ) -> "Clip":
        """The subject saying ``audio``; made when its frames are asked for.

        Args:
            audio: any file with sound.
            subject: from ``prepare``.
            seed: of everything random.
            seconds: stop after that much; None for all.
            made_from: where the subject comes from, for the lock; its folder if not given.

        Raises:
            MediaError: the sound cannot be read, or there is none.
            SubjectError: the subject was prepared at another frame rate.
        """
        check_rate(subject, self.settings.fps)
        require_sound(audio)
        origin = made_from or MadeFrom(subject.folder)
        request = Request(Path(audio), origin.reference, subject.digest, seed, seconds, origin.face)
        return Clip(self, subject, request)

    def stream(
        self, chunks: Iterable[Audio], subject: Subject, *, seed: int = 0
    ) -> Iterator[Frames]:
        """Frames as soon as the sound for them is there; the same that ``generate`` makes.

        Args:
            chunks: pieces of sound of any length, all at one rate.
            subject: from ``prepare``.
            seed: of everything random.
        """
        parts = self.adapt(subject)
        return frames_of_attributes(parts, attributes_of(parts, chunks, subject, seed), subject)

    def adapt(self, subject: Subject) -> Parts:
        """The parts, adapted to this person; learned once, when first needed.

        Raises:
            SubjectError: the subject was prepared at another frame rate.
        """
        if self._adapted is None or self._adapted[0] != subject.digest:
            check_rate(subject, self.settings.fps)
            adapted = personalised(self.parts, subject, self.settings.progress)
            self._adapted = (subject.digest, adapted)
        return self._adapted[1]


@attrs.frozen
class MadeFrom:
    """Where a subject comes from.

    Attributes:
        reference: video, photo or subject folder.
        face: which face was asked for.
    """

    reference: Path | None
    face: int | None = None


@attrs.frozen(eq=False)
class Clip:
    """A video that is about to be made.

    Attributes:
        pipeline: makes it.
        subject: who speaks.
        request: what is said, with which seed.
    """

    pipeline: Pipeline
    subject: Subject
    request: Request

    def frames(self) -> Iterator[Frames]:
        """The pictures, in blocks."""
        parts_rate = self.pipeline.parts.audio_encoder.rate
        return self.pipeline.stream(self._sound(parts_rate), self.subject, seed=self.request.seed)

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the video: H.264 and AAC, equal in length; nothing is left if it fails.

        Raises:
            OutputError: it cannot be written, or exists and ``overwrite`` is off.
        """
        settings = self.pipeline.settings
        metadata = settings.provenance.metadata(self.request)
        size = (self.subject.frames.width, self.subject.frames.height)
        with VideoWriter(
            path, size, settings.fps, SOUND_RATE, metadata=dict(metadata), overwrite=overwrite
        ) as writer:
            sound = _Sound(self._sound(SOUND_RATE))
            made = 0
            for frames in self._watched():
                made += length(frames)
                writer.write(frames.rgb)
                writer.write_audio(sound.until(made / frames.fps))
        return Path(path)

    def sheet(self, path: str | Path, columns: int = 5) -> Path:
        """Write a contact sheet (PNG) of every frame."""
        pictures = torch.cat([frames.rgb for frames in self.frames()])
        contact_sheet(pictures, columns, Path(path))
        return Path(path)

    def _watched(self) -> Iterator[Frames]:
        progress = self.pipeline.settings.progress
        self.pipeline.adapt(self.subject)  # learning is a task of its own, before this one
        task = "making the video"
        progress.begin(task, self._expected())
        for frames in self.frames():
            yield frames
            progress.advance(task, length(frames))
        progress.end(task)

    def _expected(self) -> int | None:
        known = sound_seconds(self.request.audio)
        limits = [s for s in (known, self.request.seconds) if s is not None]
        return max(round(min(limits) * self.pipeline.settings.fps), 1) if limits else None

    def _sound(self, rate: int) -> Iterator[Audio]:
        blocks = audio_blocks(self.request.audio, rate, BLOCK_S)
        if self.request.seconds is None:
            return blocks
        return _limited(blocks, round(self.request.seconds * rate))


class _Sound:
    """Gives the recording piece by piece, as far as the pictures have come; then silence."""

    def __init__(self, blocks: Iterator[Audio]) -> None:
        self._blocks = blocks
        self._held = torch.zeros(0)
        self._given = 0

    def until(self, seconds: float) -> Audio:
        """What was not given yet of the first ``seconds``."""
        count = round(seconds * SOUND_RATE) - self._given
        while len(self._held) < count and (block := next(self._blocks, None)) is not None:
            self._held = torch.cat((self._held, block.samples))
        piece, self._held = self._held[:count], self._held[count:]
        self._given += count
        silence = torch.zeros(count - len(piece))
        return Audio(torch.cat((piece, silence)), SOUND_RATE)


def _limited(blocks: Iterator[Audio], count: int) -> Iterator[Audio]:
    for block in blocks:
        if count <= 0:
            return
        yield Audio(block.samples[:count], block.rate)
        count -= len(block.samples)
