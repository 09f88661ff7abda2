"""Compiled kernels on disk, by what they were compiled from and for."""

import hashlib
import tempfile
from pathlib import Path

from visemix.core.cache_folder import cache_folder


def kernel_file(name: str, text: str, options: tuple[str, ...]) -> Path:
    """Where the machine code of a source is kept.

    Args:
        name: of the source.
        text: all of it.
        options: compiler, its version, architecture and macros: whatever else decides the code.
    """
    digest = hashlib.sha256("\0".join((text, *options)).encode()).hexdigest()[:32]
    return cache_folder() / "kernels" / f"{name}-{digest}.cubin"


def read_kernels(file: Path) -> bytes | None:
    """The machine code, None if it is not there or cannot be read."""
    try:
        return file.read_bytes() or None
    except OSError:
        return None


def keep_kernels(file: Path, code: bytes) -> None:
    """Write machine code for the next time; a disk that is full or read-only is no error."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as part:
            part.write(code)
        Path(part.name).replace(file)  # another process never sees half a file
    except OSError:
        return
