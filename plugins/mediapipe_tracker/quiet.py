"""Keeps MediaPipe's start-up chatter off the terminal.

TensorFlow Lite and MediaPipe's C++ code write to file descriptor 2 before any setting of theirs
could stop them, so the descriptor itself is turned aside for a moment. Whatever else was written
meanwhile is handed on.
"""

import contextlib
import os
import re
import tempfile
import warnings
from collections.abc import Iterator
from typing import BinaryIO

_CHATTER = re.compile(
    rb"^(INFO: Created TensorFlow Lite|WARNING: All log messages before absl|[IW]\d{4} )"
)
_STDERR = 2


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No log lines of MediaPipe and no Python warnings while in this block."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with _turned_aside():
            yield


@contextlib.contextmanager
def _turned_aside() -> Iterator[None]:
    try:
        terminal = os.dup(_STDERR)
    except OSError:  # started without a standard error: nothing to keep clean
        yield
        return
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(terminal, _STDERR)
            os.close(terminal)
            _hand_on(aside)


def _hand_on(aside: BinaryIO) -> None:
    aside.seek(0)
    kept = b"".join(line for line in aside if not _CHATTER.match(line))
    if kept:
        os.write(_STDERR, kept)
