"""PackWriter: frames to JPEG in background threads, in order, with bounded memory."""

import os
import zlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import BinaryIO, Self

import cv2
import numpy as np

from visemix.core.errors import InvalidValue
from visemix.core.subjects.pack_format import HEADER, MAGIC, Entry, index_bytes
from visemix.core.values.subject import Picture

QUALITY = 95
"""JPEG quality; with full chroma 50 dB on the 720p test clip, 110 kB a frame."""

_SETTINGS = (
    *(cv2.IMWRITE_JPEG_QUALITY, QUALITY),
    *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
)
_WAITING = 4
"""Frames per thread that may wait to be compressed; ``add`` blocks beyond that."""

_WAITING_BYTES = 64 << 20
"""... and their size together, for pictures so large that fewer fit."""


class PackWriter:
    """Writes the pictures of a reference into a file.

        with file.open("wb") as out, PackWriter(out) as writer:
            for picture in pictures:
                writer.add(picture)

    Leaving the block completes the pack; leaving it by an error does not.

    Args:
        file: to write into, from its current position, which must be its start.
        threads: that compress; OpenCV frees the interpreter meanwhile.
    """

    def __init__(self, file: BinaryIO, threads: int = 1) -> None:
        self._file = file
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="visemix-jpeg")
        self._limit = threads * _WAITING
        self._jobs: deque[Future[bytes] | None] = deque()  # None: the frame before, again
        self._entries: list[Entry] = []
        self._offset = 0
        self._size: tuple[int, int] | None = None
        self._last: Picture | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._finish()
        finally:
            self._pool.shutdown(cancel_futures=True)

    def add(self, picture: Picture) -> None:
        """Append one frame [H, W, 3] uint8; the caller must not change it afterwards.

        Raises:
            InvalidValue: its size is not that of the first.
        """
        size = (picture.shape[0], picture.shape[1])
        if self._size is None:
            self._size = size
            self._limit = max(min(self._limit, _WAITING_BYTES // max(picture.nbytes, 1)), 1)
            self._write(HEADER.pack(MAGIC, *size))
        elif size != self._size:
            raise InvalidValue(f"expected frames of {self._size}, got {size}")
        if picture is self._last:
            self._jobs.append(None)
        else:
            self._jobs.append(self._pool.submit(jpeg, picture))
        self._last = picture
        self._write_jobs(self._limit)

    def _finish(self) -> None:
        if self._size is None:
            raise InvalidValue("a pack needs at least one frame")
        self._write_jobs(0)
        self._write(index_bytes(self._entries, self._offset))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _write_jobs(self, left: int) -> None:
        while len(self._jobs) > left or (self._jobs and _done(self._jobs[0])):
            job = self._jobs.popleft()
            if job is None:
                self._entries.append(self._entries[-1])
                continue
            data = job.result()
            self._entries.append(Entry(self._offset, len(data), zlib.crc32(data)))
            self._write(data)

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._offset += len(data)


def _done(job: Future[bytes] | None) -> bool:
    return job is None or job.done()


def jpeg(picture: Picture) -> bytes:
    """A picture as JPEG, quality 95, full chroma.

    Raises:
        InvalidValue: JPEG cannot hold it (more than 65,500 px wide or high).
    """
    if not 0 < min(picture.shape) <= max(picture.shape) <= 65500:
        raise InvalidValue(f"a frame of {picture.shape[1]} x {picture.shape[0]} px is too large")
    made, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), _SETTINGS)
    if not made:
        raise InvalidValue("a frame cannot be compressed as JPEG")
    return np.asarray(data).tobytes()
