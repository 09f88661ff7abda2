"""How long something takes on a GPU, and how fast memory is."""

import itertools
import statistics
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch

Input = TypeVar("Input")

WARM_UP, ROUNDS = 10, 50

COPY_BYTES = 1 << 28


def device_seconds(call: Callable[[Input], object], inputs: Sequence[Input], device: str) -> float:
    """Median over the rounds of one call, each with other inputs than the last, after warm-up."""
    rotating = itertools.cycle(inputs)
    for _ in range(WARM_UP):
        call(next(rotating))
    if not device.startswith("cuda"):
        return statistics.median(_wall(call, next(rotating)) for _ in range(ROUNDS))
    torch.cuda.synchronize()
    events = []
    for _ in range(ROUNDS):
        start, stop = _event(), _event()
        start.record()
        call(next(rotating))
        stop.record()
        events.append((start, stop))
    torch.cuda.synchronize()
    milliseconds: list[float] = [start.elapsed_time(stop) for start, stop in events]
    return statistics.median(milliseconds) / 1e3


def _event() -> torch.cuda.Event:
    return torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]  # typed in part


def graph_seconds(call: Callable[[Input], object], given: Input) -> float:
    """The same for a call that was captured in a CUDA graph, which has no launch overhead."""
    side = torch.cuda.Stream()  # type: ignore[no-untyped-call]  # torch types it in part
    with torch.cuda.stream(side):
        for _ in range(3):
            call(given)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call(given)
    return device_seconds(lambda _: graph.replay(), [None], "cuda")


def copy_bandwidth(device: str) -> float:
    """Bytes per second that a copy reads and writes, both counted."""
    source = torch.ones(COPY_BYTES // 4, device=device)
    target = torch.empty_like(source)
    return 2 * COPY_BYTES / device_seconds(target.copy_, [source], device)


def _wall(call: Callable[[Input], object], given: Input) -> float:
    start = time.perf_counter()
    call(given)
    return time.perf_counter() - start
