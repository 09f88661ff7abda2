"""What a user names as the reference -> the prepared subject."""

from pathlib import Path

from visemix.core.errors import SubjectError
from visemix.core.subjects.folder import ABOUT, is_subject
from visemix.core.talking import MadeFrom, Pipeline
from visemix.core.values.subject import Subject
from visemix.registry.subject_cache import cached_subject


def subject_of(
    pipeline: Pipeline, reference: Path, face: int | None = None
) -> tuple[Subject, MadeFrom]:
    """The subject in a prepared folder; or of a video or photo, kept from earlier or made now.

    Raises:
        MediaError: the reference cannot be read.
        FaceError: it shows no usable face.
        SubjectError: it is a folder, but not that of one subject, or it is damaged.
    """
    origin = MadeFrom(reference, face)
    if not reference.is_dir():
        return cached_subject(pipeline, reference, face), origin
    _refuse_other_folders(reference)
    if face is not None:
        raise SubjectError(
            "--face chooses from a video or photo, and this was prepared for one face already",
            where=reference,
            do="leave out --face, or prepare the video again with it",
        )
    subject = pipeline.prepare(reference)
    for note in subject.notes:
        pipeline.settings.progress.note(f"{subject.name}: {note}")
    return subject, origin


def _refuse_other_folders(folder: Path) -> None:
    if is_subject(folder):
        return
    inner = sorted(path.parent.name for path in folder.glob(f"*/{ABOUT}"))
    if inner:
        names = ", ".join(inner[:3]) + (", ..." if len(inner) > 3 else "")
        raise SubjectError(
            f"this folder holds {len(inner)} prepared subjects ({names}), a face is needed of one",
            where=folder,
            do=f"name one of them, such as {folder / inner[0]}",
        )
    raise SubjectError(
        "this folder holds no prepared subject",
        where=folder,
        do="give a video, a photo, or a folder made by 'visemix prepare'",
    )
