"""Which video files can be written."""

from pathlib import Path

from visemix.core.errors import OutputError

_CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}


def container_of(path: Path) -> str:
    """FFmpeg's name of the container that a file name asks for.

    Raises:
        OutputError: none that is written here.

    >>> container_of(Path("out.mp4"))
    'mp4'
    """
    container = _CONTAINERS.get(path.suffix.lower())
    if container is None:
        raise OutputError(
            f"{path.suffix or 'a name without an ending'} is not a video format that we write",
            where=path,
            do=f"end the name in {', '.join(_CONTAINERS)}",
        )
    return container
