"""FramePack: the pictures of a reference, decoded when they are asked for."""

import contextlib
import os
import threading
import weakref
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

from visemix.core.errors import SubjectError
from visemix.core.subjects.pack_format import (
    ENTRY,
    FOOTER,
    HEADER,
    Entry,
    Index,
    parse_entries,
    parse_index,
)
from visemix.core.values.subject import Picture

CACHE_BYTES = 128 << 20
"""Decoded pictures that are kept: 48 frames of 720p."""

_COPY_CHUNK = 1 << 20


class FramePack:
    """Reference frames in one file; threads may share it.

    Args:
        file: a whole pack; it may be closed or, where the system allows it, deleted afterwards.
        where: its name in error messages.
        cache_bytes: how much of decoded pictures is kept, at least one picture.

    Attributes:
        height, width: of every picture, px.

    Raises:
        SubjectError: it is cut short or damaged.
    """

    def __init__(self, file: BinaryIO, where: object, cache_bytes: int = CACHE_BYTES) -> None:
        self._fd = os.dup(file.fileno())
        self._close = weakref.finalize(self, os.close, self._fd)
        self._where = where
        self._cache_bytes = cache_bytes
        self._cache: OrderedDict[Entry, Picture] = OrderedDict()
        self._cached_bytes = 0
        self._file_lock = threading.Lock()
        self._cache_lock = threading.Lock()
        index = self._read_index()
        self.height, self.width = index.height, index.width
        self._entries = index.entries

    @staticmethod
    def open(path: Path, cache_bytes: int = CACHE_BYTES) -> "FramePack":
        """The pack in a file.

        Raises:
            SubjectError: it is missing, cut short or damaged.
        """
        try:
            with path.open("rb") as file:
                return FramePack(file, path, cache_bytes)
        except OSError as e:
            raise SubjectError(
                f"it cannot be read: {e.strerror}", where=path, do="prepare the reference again"
            ) from e

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> Picture:
        """Frame ``index``, [H, W, 3] uint8 sRGB; read-only.

        Raises:
            SubjectError: that picture is damaged.
        """
        entry = self._entries[index]
        with self._cache_lock:
            if entry in self._cache:
                self._cache.move_to_end(entry)
                return self._cache[entry]
        picture = self._decode(entry, index)  # outside the lock: threads decode side by side
        with self._cache_lock:
            self._keep(entry, picture)
        return picture

    def __iter__(self) -> Iterator[Picture]:
        return (self[i] for i in range(len(self)))

    def copy_to(self, file: BinaryIO) -> None:
        """Write the same pack into another file."""
        place = 0
        while chunk := self._read(place, _COPY_CHUNK):
            file.write(chunk)
            place += len(chunk)

    def close(self) -> None:
        """Let go of the file now and not when nobody refers to the pack any more."""
        with contextlib.suppress(OSError):
            self._close()

    def _keep(self, entry: Entry, picture: Picture) -> None:
        if entry in self._cache:
            return
        self._cache[entry] = picture
        self._cached_bytes += picture.nbytes
        while self._cached_bytes > self._cache_bytes and len(self._cache) > 1:
            _, oldest = self._cache.popitem(last=False)
            self._cached_bytes -= oldest.nbytes

    def _decode(self, entry: Entry, index: int) -> Picture:
        data = self._read(entry.offset, entry.length)
        if zlib.crc32(data) != entry.checksum:
            raise self._damaged(f"frame {index} is damaged")
        bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        if bgr is None or bgr.shape != (self.height, self.width, 3):
            raise self._damaged(f"frame {index} is not a picture of the right size")
        picture = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
        picture.setflags(write=False)
        return picture

    def _read_index(self) -> Index:
        size = os.fstat(self._fd).st_size
        footer = self._read(size - FOOTER.size, FOOTER.size) if size >= FOOTER.size else b""
        parsed = parse_index(self._read(0, HEADER.size), footer)
        if parsed is None:
            raise self._damaged("it is cut short or is no pack of frames")
        height, width, offset, count = parsed
        table = b""
        if offset + count * ENTRY.size + FOOTER.size == size:  # else reading might ask for anything
            table = self._read(offset, count * ENTRY.size)
        entries = parse_entries(table, count, footer)
        if not entries or any(e.offset + e.length > offset for e in entries):
            raise self._damaged("its index is damaged")
        return Index(height, width, entries)

    def _read(self, offset: int, length: int) -> bytes:
        with self._file_lock:
            os.lseek(self._fd, offset, os.SEEK_SET)
            return os.read(self._fd, length)

    def _damaged(self, what: str) -> SubjectError:
        return SubjectError(what, where=self._where, do="prepare the reference again")
