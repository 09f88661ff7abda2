"""Makes a subject of a video or photo: track once, learn the face, keep the pictures."""

import contextlib
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

import attrs

from visemix.core.errors import FaceError, OutputError, SubjectError
from visemix.core.interfaces import FaceModel, FaceTracker, Renderer
from visemix.core.media.part_file import output_error
from visemix.core.names import printable
from visemix.core.progress import Progress, Quiet, watch
from visemix.core.statistics import attribute_statistics
from visemix.core.subjects.digest import digest_of
from visemix.core.subjects.folder import (
    FRAMES,
    is_subject,
    load_subject,
    read_about,
    write_values,
)
from visemix.core.subjects.frame_pack import FramePack
from visemix.core.subjects.pack_writer import PackWriter
from visemix.core.subjects.part_folder import PartFolder
from visemix.core.subjects.reference import Reference
from visemix.core.values.subject import Picture, Subject
from visemix.core.values.track import Track

SMALL_FACE_PX = 80.0
"""Below this face height the lips are a few pixels high and the result looks it."""


@attrs.frozen
class PrepareOptions:
    """How a reference is prepared.

    Attributes:
        face: which face, 0 for the leftmost; None for the largest.
        fps: frames per second of the subject, whatever the video has.
        max_seconds: how much of a long video is used.
        folder: where to keep the subject; None for a temporary file that goes away with it.
        progress: who is told how far it is.
        overwrite: replace what is in ``folder``.
        key: names the parts and their settings, for the digest; any text.
        renderer: draws for face models that learn colour and light.
    """

    face: int | None = None
    fps: float = 25.0
    max_seconds: float = 60.0
    folder: Path | None = None
    progress: Progress = attrs.field(factory=Quiet)
    overwrite: bool = False
    key: str = ""
    renderer: Renderer | None = None


def prepare(
    reference: Path, tracker: FaceTracker, face_model: FaceModel, options: PrepareOptions
) -> Subject:
    """Track a reference, fit the face model, and keep the pictures for the refiner.

    A folder that already holds this very subject is loaded instead.

    Args:
        reference: video or photo.
        tracker: sees every frame once.
        face_model: learns the face from the track.
        options: how.

    Raises:
        MediaError: the file cannot be read.
        FaceError: it shows no usable face.
        OutputError: the folder has something else in it, or cannot be written.
        SubjectError: the folder holds a damaged subject that may not be overwritten.
    """
    digest = subject_digest(reference, tracker, face_model, options)
    if options.folder is not None and is_subject(options.folder):
        stored = _stored(options.folder, digest, options.overwrite)
        if stored is not None:
            return stored
    opened = Reference.open(reference, options.fps, options.max_seconds)
    making = _Making(opened, tracker, face_model, options, digest)
    return making.in_memory() if options.folder is None else making.in_folder(options.folder)


def subject_digest(
    reference: Path, tracker: FaceTracker, face_model: FaceModel, options: PrepareOptions
) -> str:
    """What a subject is called that is prepared like this; nothing is prepared for it.

    Raises:
        MediaError: the file cannot be read.
    """
    parts = f"{type(tracker).__qualname__} {type(face_model).__qualname__} {options.key}"
    how = f"1 {options.face} {options.fps:g} {options.max_seconds:g} {parts}"
    return digest_of(reference, how)


def _stored(folder: Path, digest: str, overwrite: bool) -> Subject | None:
    """The subject in a folder; None if another one, or a damaged one, is to be replaced."""
    try:
        if read_about(folder).get("digest") == digest:
            return load_subject(folder)
    except SubjectError as e:
        if overwrite:
            return None
        do = "allow overwriting, or remove the folder, and prepare it again"
        raise SubjectError(e.what, where=e.where, do=do) from e
    if overwrite:
        return None
    raise OutputError(
        "it holds a subject that was prepared from something else or in another way",
        where=folder,
        do="choose another folder or allow overwriting",
    )


@attrs.frozen(eq=False)
class _Making:
    reference: Reference
    tracker: FaceTracker
    face_model: FaceModel
    options: PrepareOptions
    digest: str

    def in_memory(self) -> Subject:
        with tempfile.TemporaryFile(prefix="visemix-") as file:
            try:
                track = self._track(file)
            except OSError as e:  # a full disk; a reference that cannot be read is a MediaError
                raise output_error(e, Path(tempfile.gettempdir())) from None
            return self._subject(track, FramePack(file, self.reference.path))

    def in_folder(self, folder: Path) -> Subject:
        with PartFolder(folder, self.options.overwrite) as part:
            try:
                with (part.part / FRAMES).open("wb") as file:
                    track = self._track(file)
            except OSError as e:
                raise output_error(e, folder) from None
            frames = FramePack.open(part.part / FRAMES)
            try:
                write_values(self._subject(track, frames), part.part)
            finally:
                frames.close()
            part.commit()
        return load_subject(folder)

    def _track(self, file: BinaryIO) -> Track:
        task = f"looking at {self.reference.path.name}"
        with PackWriter(file) as writer:
            pictures = self._pictures(writer)
            expected = self.reference.expected
            shown = watch(pictures, self.options.progress, task, expected)
            try:
                return self.tracker.track(shown, self.reference.fps, self.options.face)
            except FaceError as e:
                raise FaceError(e.what, where=self.reference.path, do=e.do) from None
            finally:
                pictures.close()

    def _pictures(self, writer: PackWriter) -> Generator[Picture]:
        with contextlib.closing(self.reference.pictures()) as pictures:
            for picture in pictures:
                writer.add(picture)
                yield picture

    def _subject(self, track: Track, frames: FramePack) -> Subject:
        fit = self.face_model.fit(track, frames, self.options.renderer)
        audio = self.reference.sound(len(track.found))
        notes = (*self.reference.notes, *notes_on(track))
        for note in notes:
            self.options.progress.note(f"{self.reference.path.name}: {note}")
        return Subject(
            name=printable(self.reference.path.stem),
            frames=frames,
            track=track,
            fit=fit,
            statistics=attribute_statistics(fit, track),
            audio=audio,
            photo=self.reference.info.is_photo,
            digest=self.digest,
            folder=None,
            notes=notes,
        )


def notes_on(track: Track) -> list[str]:
    """What the user should know of a track."""
    notes = []
    frames, lost = len(track.found), int((~track.found).sum())
    if track.faces > 1:
        what = f"up to {track.faces} faces are seen at once; one was followed"
        notes.append(f"{what} (--face N chooses another)")
    if lost:
        notes.append(f"the face was lost in {lost} of {frames} frames; they hold the last one seen")
    if int(track.cut.sum()):
        notes.append(f"{int(track.cut.sum())} cuts were found")
    points = track.landmarks[track.found][..., 1]
    height = float((points.amax(1) - points.amin(1)).median())
    if height < SMALL_FACE_PX:
        notes.append(
            f"the face is only {height:.0f} px high; a closer picture gives a better result"
        )
    return notes
