"""Prepared subjects of ``visemix generate``, kept so that the next run need not track again."""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from visemix.core.cache_folder import cache_folder
from visemix.core.errors import OutputError, SubjectError
from visemix.core.subjects.digest import digest_of
from visemix.core.subjects.folder import is_subject
from visemix.core.talking import Pipeline
from visemix.core.values.subject import Subject
from visemix.registry.installed import visemix_version

KEPT = 20
"""Subjects that are kept; the ones not used for longest go first."""

_ABANDONED_S = 24 * 3600.0


def cached_subject(pipeline: Pipeline, reference: Path, face: int | None) -> Subject:
    """The subject of a video or photo: kept from an earlier run, or prepared now and kept.

    Raises:
        MediaError: the reference cannot be read.
        FaceError: it shows no usable face.
    """
    settings = pipeline.settings
    how = f"{visemix_version()} {settings.key} {settings.fps:g} {settings.max_seconds:g} {face}"
    folder = cache_folder() / "subjects" / digest_of(reference, how)[:20]
    known = is_subject(folder)
    try:
        subject = pipeline.prepare(reference, face=face, folder=folder, overwrite=True)
    except OutputError as e:
        settings.progress.note(
            f"{cache_folder()}: {e.what}, so the prepared subject is not kept for the next run "
            "(set VISEMIX_CACHE to another folder)"
        )
        return pipeline.prepare(reference, face=face)
    if known:
        for note in subject.notes:
            settings.progress.note(f"{reference.name}: {note}")
    _touch_and_prune(folder)
    return subject


@contextlib.contextmanager
def healing(subject: Subject) -> Iterator[None]:
    """Removes a kept subject that turns out damaged while it is used.

    Raises:
        SubjectError: it is damaged, and what to do now.
    """
    try:
        yield
    except SubjectError as e:
        folder = subject.folder
        if folder is None or folder.parent != cache_folder() / "subjects":
            raise
        shutil.rmtree(folder, ignore_errors=True)
        do = "run the command again: the damaged copy was removed and will be made anew"
        raise SubjectError(e.what, where=e.where, do=do) from e


def _touch_and_prune(folder: Path) -> None:
    """Remember that a subject was used; drop the oldest beyond ``KEPT`` and what was abandoned."""
    with contextlib.suppress(OSError):  # another process may be at the same
        os.utime(folder)
        ages = {path: time.time() - path.stat().st_mtime for path in folder.parent.iterdir()}
        hidden = {path: age for path, age in ages.items() if path.name.startswith(".")}
        kept = sorted(ages.keys() - hidden.keys(), key=ages.__getitem__)
        abandoned = [path for path, age in hidden.items() if age > _ABANDONED_S]
        for old in (*kept[KEPT:], *abandoned):
            shutil.rmtree(old, ignore_errors=True)
