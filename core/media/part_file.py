"""A result grows under a temporary name and gets its own only when it is whole."""

import errno
import os
import re
import time
from pathlib import Path

from visemix.core.errors import OutputError

_ADVICE = {
    errno.ENOSPC: ("the disk is full", "free some space or write to another disk"),
    errno.EDQUOT: ("the disk quota is used up", "free some space or write to another disk"),
    errno.EACCES: ("writing there is not permitted", "choose a folder that you may write to"),
    errno.EPERM: ("writing there is not permitted", "choose a folder that you may write to"),
    errno.EROFS: ("the disk is read-only", "choose a folder that you may write to"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter name"),
}
_STALE_S = 60.0


def output_error(error: OSError, path: Path) -> OutputError:
    """What to tell the user of a failed write."""
    reason = error.strerror or str(error)
    what, do = _ADVICE.get(
        error.errno or 0, (f"it cannot be written: {reason}", "check the disk and the folder")
    )
    return OutputError(what, where=path, do=do)


class PartFile:
    """The temporary file beside a result, ``.NAME.PID.part.EXTENSION``.

    Args:
        path: the result's name.
        overwrite: whether an existing result may be replaced.

    Attributes:
        path: the result's name.
        part: where to write meanwhile; an empty file is there already.

    Raises:
        OutputError: the result exists, is a folder, or cannot be written there.
    """

    def __init__(self, path: str | Path, overwrite: bool = False) -> None:
        self.path = Path(path)
        self._overwrite = overwrite
        self.part = self.path.with_name(f".{self.path.stem}.{os.getpid()}.part{self.path.suffix}")
        try:
            self._refuse()
            self._clear_abandoned()
            self.part.write_bytes(b"")
        except OSError as error:
            raise output_error(error, self.path) from None

    def _refuse(self) -> None:
        if self.path.is_dir():
            raise OutputError("it is a folder", where=self.path, do="name a file inside it")
        if not self.path.parent.is_dir():
            raise OutputError(
                f"the folder {self.path.parent} does not exist", where=self.path, do="make it first"
            )
        if self.path.exists() and not self._overwrite:
            raise OutputError(
                "it exists already", where=self.path, do="choose another name or allow overwriting"
            )

    def _clear_abandoned(self) -> None:
        """Removes what a killed process left of the same result."""
        name = re.compile(
            rf"\.{re.escape(self.path.stem)}\.(\d+)\.part{re.escape(self.path.suffix)}"
        )
        for file in self.path.parent.iterdir():
            found = name.fullmatch(file.name)
            # A young file may belong to a process that we cannot see, in another container.
            if found and not is_alive(int(found[1])) and _age_s(file) > _STALE_S:
                file.unlink(missing_ok=True)

    def commit(self) -> None:
        """Gives the finished file its name.

        Raises:
            OutputError: the result appeared meanwhile, or the system refused.
        """
        try:
            self._refuse()
            self.part.replace(self.path)
        except OSError as error:
            raise output_error(error, self.path) from None

    def discard(self) -> None:
        """Removes the unfinished file, if it is still there."""
        self.part.unlink(missing_ok=True)


def is_alive(process: int) -> bool:
    """Whether a process of this number runs; for what killed ones left behind."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _age_s(file: Path) -> float:
    return time.time() - file.stat().st_mtime
