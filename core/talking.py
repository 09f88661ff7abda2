"""Pipeline: the one object that users of the Python interface hold."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import attrs
import torch

from visemix.core.errors import InvalidValue
from visemix.core.head_view import head_in, thumbnails
from visemix.core.media.audio_in import require_sound
from visemix.core.media.part_file import PartFile
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
from visemix.core.recording import Pieces, Recording
from visemix.core.subjects.folder import is_subject, load_subject
from visemix.core.timeline import length
from visemix.core.values.audio import Audio
from visemix.core.values.frames import Frames
from visemix.core.values.subject import Subject

SOUND_RATE = 48_000
"""Sample rate of the sound in the videos that are made, Hz."""


class Pipeline:
    """A recipe, built: prepares subjects and makes them speak.

    Args:
        parts: the built parts.
        settings: frame rate, limits, who is told of the progress.
    """

    def __init__(self, parts: Parts, settings: Settings | None = None) -> None:
        self.parts = parts
        self.settings = settings or Settings()
        self._adapted: tuple[Subject, Parts] | None = None  # the last: streams come in rows

    def prepare(
        self,
        reference: str | Path,
        *,
        face: int | None = None,
        folder: str | Path | None = None,
        overwrite: bool = False,
    ) -> Subject:
        """Track a reference once; or load it, if it is a prepared subject folder.

        Args:
            reference: video, photo, or subject folder.
            face: which face, from the left, 0 first; None for the largest.
            folder: where to keep the subject; None keeps it for as long as the object lives.
            overwrite: replace another or a damaged subject in ``folder``.

        Raises:
            MediaError: it cannot be read.
            FaceError: it shows no face.
            SubjectError: the subject folder is damaged.
            OutputError: ``folder`` cannot be written, or holds something else.
        """
        reference = Path(reference)
        if is_subject(reference):
            return load_subject(reference)
        options = PrepareOptions(
            face=face,
            fps=self.settings.fps,
            max_seconds=self.settings.max_seconds,
            folder=Path(folder) if folder is not None else None,
            progress=self.settings.progress,
            overwrite=overwrite,
            key=self.settings.key,
            renderer=self.parts.renderer,
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
        if self._adapted is None or not _same(self._adapted[0], subject):
            check_rate(subject, self.settings.fps)
            adapted = personalised(self.parts, subject, self.settings.progress)
            self._adapted = (subject, adapted)
        return self._adapted[1]


def _same(one: Subject, other: Subject) -> bool:
    return one is other or (bool(one.digest) and one.digest == other.digest)


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
        sound = self._recording.blocks(None)
        return self.pipeline.stream(sound, self.subject, seed=self.request.seed)

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the video: H.264 and AAC, equal in length; nothing is left if it fails.

        Raises:
            OutputError: it cannot be written, or exists and ``overwrite`` is off.
        """
        PartFile(path, overwrite).discard()  # refused now, not after minutes of learning
        settings = self.pipeline.settings
        metadata = dict(settings.provenance.metadata(self.request))
        blocks, size = first_size(self._watched())
        with VideoWriter(
            path, size, settings.fps, SOUND_RATE, metadata=metadata, overwrite=overwrite
        ) as writer:
            sound = Pieces(self._recording.blocks(SOUND_RATE), SOUND_RATE)
            made = 0
            for frames in blocks:
                made += length(frames)
                writer.write(frames.rgb)
                writer.write_audio(sound.until(made / frames.fps))
        return Path(path)

    def sheet(self, path: str | Path, columns: int = 5, *, overwrite: bool = True) -> Path:
        """Write a contact sheet (PNG) of the head in every frame; for clips of a few seconds.

        Raises:
            OutputError: it cannot be written, or exists and ``overwrite`` is off.
        """
        small = [thumbnails(head_in(frames.rgb, self.subject)) for frames in self.frames()]
        contact_sheet(torch.cat(small), columns, Path(path), overwrite=overwrite)
        return Path(path)

    def _watched(self) -> Iterator[Frames]:
        progress = self.pipeline.settings.progress
        self.pipeline.adapt(self.subject)  # learning is a task of its own, before this one
        task = "making the video"
        progress.begin(task, self._expected())
        try:
            for frames in self.frames():
                yield frames
                progress.advance(task, length(frames))
        finally:
            progress.end(task)

    def _expected(self) -> int | None:
        seconds = self._recording.expected_s()
        return None if seconds is None else max(round(seconds * self.pipeline.settings.fps), 1)

    @property
    def _recording(self) -> Recording:
        return Recording(self.request.audio, self.request.seconds)


def first_size(blocks: Iterator[Frames]) -> tuple[Iterator[Frames], tuple[int, int]]:
    """The same blocks, and width and height of the pictures in them.

    Raises:
        InvalidValue: there is no block.
    """
    first = next(blocks, None)
    if first is None:
        raise InvalidValue("nothing was made", where="Clip.save")
    height, width = first.rgb.shape[2:]
    return chain([first], blocks), (width, height)
