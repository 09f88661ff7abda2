"""Files as text inside a page."""

import base64
from pathlib import Path

TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".svg": "image/svg+xml", ".mp4": "video/mp4"}

MOST = 48_000_000
"""Bytes of video up to which a page holds its videos itself; above, it links to them."""


def data_uri(data: bytes, suffix: str) -> str:
    """``data`` as an address that holds it."""
    return f"data:{TYPES[suffix]};base64,{base64.b64encode(data).decode()}"


def svg_uri(svg: str) -> str:
    """An SVG picture; as an image of its own, so that the ids of two do not meet."""
    return data_uri(svg.encode(), ".svg")


class Files:
    """The files beside a report: held in the page while they are small enough together."""

    def __init__(self, folder: Path, videos: list[str]) -> None:
        """Look how large they are.

        Args:
            folder: of the report.
            videos: relative to it.
        """
        self.folder = folder
        sizes = (self._size(folder / video) for video in videos)
        self.holds_videos = sum(sizes) <= MOST

    def address(self, name: str) -> str:
        """What a page calls a file: its content, or its name."""
        path = self.folder / name
        if not name or not path.is_file():
            return ""
        if path.suffix == ".mp4" and not self.holds_videos:
            return name
        return data_uri(path.read_bytes(), path.suffix)

    @staticmethod
    def _size(path: Path) -> int:
        return path.stat().st_size if path.is_file() else 0
