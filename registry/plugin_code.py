"""What a plugin's code is, so that an edited plugin is another one."""

from functools import cache
from hashlib import sha256
from pathlib import Path


@cache
def code_digest(folder: Path) -> str:
    """SHA-256 of all Python files of a plugin, by their names below its folder.

    Read once in a process, as the modules are. Code that a plugin takes from packages outside its
    folder is not looked at.
    """
    digest = sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()
