"""Prepared subjects of ``visemix generate``, kept so that the next run need not track again."""

import os
import shutil
from pathlib import Path

from visemix.core.subjects.digest import digest_of

KEPT = 20
"""Subjects that are kept; the ones not used for longest go first."""


def cache_folder() -> Path:
    """Where visemix keeps what it can make again: $VISEMIX_CACHE, else the user's cache folder."""
    chosen = os.environ.get("VISEMIX_CACHE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "visemix"


def subject_folder(reference: Path, key: str, face: int | None) -> Path:
    """The folder that belongs to a reference prepared in a certain way.

    Raises:
        MediaError: the reference cannot be read.
    """
    name = digest_of(reference, f"{key} {face}")[:20]
    return cache_folder() / "subjects" / name


def touch_and_prune(folder: Path) -> None:
    """Remember that a subject was used, and drop the oldest beyond ``KEPT``."""
    os.utime(folder)
    others = sorted(folder.parent.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in [p for p in others if p.is_dir() and not p.name.startswith(".")][KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
