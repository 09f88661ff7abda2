"""Lip readers that a user has: a program, or a Python function."""

import shlex
import subprocess
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

from visemix.core.errors import VisemixError

Reader = Callable[[Path], str]
"""Video -> its words."""

PLACE = "{video}"


def reader_of(command: str, function: str, timeout_s: float) -> Reader:
    """The one that is named.

    Args:
        command: a program, with {video} where the path belongs; else it comes last.
        function: "package.module:name".
        timeout_s: seconds that the program may take.

    Raises:
        VisemixError: none is named, or two; the function cannot be imported.
    """
    if bool(command) == bool(function):
        what = "it needs a lip reader" if not command else "two lip readers are named"
        do = 'set command ("my-reader {video}") or function ("package.module:name")'
        raise VisemixError(what, where="wer", do=do)
    if command:
        return partial(_run, command, timeout_s)
    return partial(_call, _imported(function), function)


def _imported(function: str) -> Callable[[Path], object]:
    module, _, name = function.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        what = f"the lip reader cannot be imported ({error})"
        raise VisemixError(what, where=function, do='name it "package.module:name"') from error
    if not callable(found):
        raise VisemixError("it is no function", where=function, do="name a function")
    called: Callable[[Path], object] = found
    return called


def _call(reader: Callable[[Path], object], name: str, video: Path) -> str:
    try:
        words = reader(video)
    except Exception as error:  # a stranger's code; whatever it is, it is reported
        what = f"the lip reader failed: {type(error).__name__}: {error}"
        raise VisemixError(what, where=name) from error
    if not isinstance(words, str):
        what = f"the lip reader gave {type(words).__name__}, not text"
        raise VisemixError(what, where=name)
    return words


def _run(command: str, timeout_s: float, video: Path) -> str:
    parts = shlex.split(command)
    placed = [part.replace(PLACE, str(video)) for part in parts]
    if placed == parts:
        placed.append(str(video))
    try:
        done = subprocess.run(placed, capture_output=True, text=True, timeout=timeout_s, check=True)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
        said = getattr(error, "stderr", "") or str(error)
        last = str(said).strip().splitlines()[-1:] or [type(error).__name__]
        what = f"the lip reader failed: {last[0]}"
        raise VisemixError(what, where=command, do="run it by hand on the same video") from error
    return done.stdout
