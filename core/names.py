"""File names as text that can be stored anywhere."""

import os
from pathlib import Path


def printable(path: str | Path) -> str:
    r"""A path or name as text; bytes that are no text (names from old disks) become escapes.

    >>> printable("caf\udce9.wav")
    'caf\\xe9.wav'
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")
