"""How the work on a batch of frames is shared by threads."""

import itertools
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import attrs

WORTH_A_THREAD = 50_000
"""Triangles and pixels per thread below which starting one costs more than it gives."""


@attrs.frozen
class Band:
    """Rows ``top`` to ``bottom`` of frames ``start`` to ``stop``, the work of one thread."""

    start: int
    stop: int
    top: int
    bottom: int


def bands_of(size: tuple[int, int, int], triangles: int, threads: int) -> list[Band]:
    """The work of drawing a mesh, for at most so many threads.

    Args:
        size: frames, height and width.
        triangles: how many there are.
        threads: at most so many.
    """
    frames, height, width = size
    work = frames * (triangles + height * width)
    return bands(frames, height, max(1, min(threads, work // WORTH_A_THREAD)))


def bands(frames: int, height: int, threads: int) -> list[Band]:
    """Whole frames for each thread or, if there are fewer frames, bands of rows of each."""
    if frames >= threads:
        cuts = [frames * k // threads for k in range(threads + 1)]
        return [Band(a, b, 0, height) for a, b in itertools.pairwise(cuts)]
    parts = min(math.ceil(threads / max(frames, 1)), height)
    cuts = [height * k // parts for k in range(parts + 1)]
    rows = list(itertools.pairwise(cuts))
    return [Band(t, t + 1, a, b) for t in range(frames) for a, b in rows]


def run(jobs: Sequence[Callable[[], None]]) -> None:
    """All jobs at once, the last in this thread.

    Threads are started anew each time (some 100 us): a pool that is kept would not survive a fork.
    """
    if len(jobs) < 2:
        for job in jobs:
            job()
        return
    with ThreadPoolExecutor(len(jobs) - 1) as pool:
        others = [pool.submit(job) for job in jobs[:-1]]
        jobs[-1]()
    for other in others:
        other.result()


def each_frame(work: Callable[[int], None], size: tuple[int, int], threads: int) -> None:
    """Work on every frame, a share of them in each thread.

    Args:
        work: takes the number of a frame.
        size: frames, and triangles or pixels of each.
        threads: at most so many.
    """
    frames, each = size
    parts = max(1, min(threads, frames, frames * each // WORTH_A_THREAD))

    def some(first: int) -> None:
        for frame in range(first, frames, parts):
            work(frame)

    run([partial(some, first) for first in range(parts)])
