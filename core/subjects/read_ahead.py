"""Runs an iterator in a thread of its own, a few items ahead of who uses them."""

import queue
import threading
from collections.abc import Generator, Iterable
from typing import Generic, TypeVar

import attrs

X = TypeVar("X")

_POLL_S = 0.1


@attrs.frozen
class _Item(Generic[X]):
    value: X


@attrs.frozen
class _End:
    error: BaseException | None


def read_ahead(items: Iterable[X], depth: int) -> Generator[X]:
    """``items``, made in another thread while the caller works.

    An error in ``items`` is raised here, after the items before it. Closing this iterator ends the
    thread before it returns.

    Args:
        items: read in the other thread only.
        depth: how many may be waiting.

    >>> list(read_ahead(range(5), depth=2))
    [0, 1, 2, 3, 4]
    """
    waiting: queue.Queue[_Item[X] | _End] = queue.Queue(depth)
    stop = threading.Event()

    def work() -> None:
        error: BaseException | None = None
        try:
            for item in items:
                if not _put(waiting, _Item(item), stop):
                    return
        except BaseException as e:  # noqa: BLE001 - it is raised in the caller's thread
            error = e
        _put(waiting, _End(error), stop)

    thread = threading.Thread(target=work, name="visemix-read", daemon=True)
    thread.start()
    try:
        while isinstance(item := waiting.get(), _Item):
            yield item.value
        if item.error is not None:
            raise item.error
    finally:
        stop.set()
        thread.join()


def _put(
    waiting: "queue.Queue[_Item[X] | _End]", item: _Item[X] | _End, stop: threading.Event
) -> bool:
    """Put ``item`` unless the reader has gone."""
    while not stop.is_set():
        try:
            waiting.put(item, timeout=_POLL_S)
        except queue.Full:
            continue
        return True
    return False
