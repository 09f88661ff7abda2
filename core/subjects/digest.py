"""Which reference a subject was made from, and how."""

import hashlib
from pathlib import Path

from visemix.core.errors import MediaError

_CHUNK = 1 << 20


def digest_of(path: Path, how: str) -> str:
    """SHA-256 over a file's content and a text that says how it is prepared.

    Raises:
        MediaError: the file cannot be read.
    """
    total = hashlib.sha256(how.encode())
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                total.update(chunk)
    except IsADirectoryError:
        do = "name a file inside it"
        raise MediaError("it is a folder, not a file", where=path, do=do) from None
    except OSError as e:
        raise MediaError(f"it cannot be read: {e.strerror}", where=path, do="check the path") from e
    return total.hexdigest()
