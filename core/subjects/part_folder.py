"""A folder grows under a temporary name and gets its own only when it is whole."""

import os
import re
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

from visemix.core.errors import OutputError
from visemix.core.media.part_file import is_alive, output_error


class PartFolder:
    """The temporary folder ``.NAME.PID.part`` beside a result.

        with PartFolder(path) as part:
            ...  # write into part.part
            part.commit()

    Leaving the block without ``commit`` removes it.

    Args:
        path: the result's name; its parent folders are made.
        overwrite: whether an existing result may be replaced.

    Attributes:
        path: the result's name.
        part: where to write meanwhile.

    Raises:
        OutputError: the result exists, or nothing can be written there.
    """

    def __init__(self, path: Path, overwrite: bool = False) -> None:
        self.path = path.absolute()
        self._overwrite = overwrite
        self._refuse()
        self.part = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._clear_abandoned()
            self.part.mkdir()
        except OSError as e:
            raise output_error(e, self.path) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.part, ignore_errors=True)

    def commit(self) -> None:
        """Give the finished folder its name.

        Raises:
            OutputError: the result appeared meanwhile, or the system refused.
        """
        self._refuse()
        try:
            if self.path.exists():
                old = self.part.with_suffix(".old")
                self.path.rename(old)
                self.part.rename(self.path)
                shutil.rmtree(old, ignore_errors=True)
            else:
                self.part.rename(self.path)
        except OSError as e:
            raise output_error(e, self.path) from None

    def _refuse(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise OutputError("it is a file, not a folder", where=self.path, do="choose a folder")
        if self.path.exists() and any(self.path.iterdir()) and not self._overwrite:
            do = "choose another folder or allow overwriting"
            raise OutputError("there is something in this folder", where=self.path, do=do)

    def _clear_abandoned(self) -> None:
        """Removes what killed processes left of the same result."""
        name = re.compile(rf"\.{re.escape(self.path.name)}\.(\d+)\.(part|old)")
        for folder in self.path.parent.iterdir():
            found = name.fullmatch(folder.name)
            if found and (int(found[1]) == os.getpid() or not is_alive(int(found[1]))):
                shutil.rmtree(folder, ignore_errors=True)
