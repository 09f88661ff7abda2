"""One kernel call as a value: a GPU runs it, and so does the host compiler of the tests."""

from collections.abc import Callable, Iterable
from typing import Protocol

import attrs
import torch
from torch import Tensor

from visemix.core.errors import VisemixError

NAME = "rasterizer-cuda"
"""Of the part, as errors say it."""

BLOCK = 128
"""Threads per block; kernels/platform.cuh says the same."""

MOST_FRAMES = 65_535
"""Rows that the grid of a launch can have."""

PER_THREAD = 4
"""Pixels that one thread of a picture's kernel makes; kernels/pixels.cuh says the same."""

Argument = Tensor | int | float | None
"""None is a null pointer: that output is not wanted, or that input is not there."""


@attrs.frozen(eq=False)
class Arguments:
    """Arguments of a kernel as plain numbers, made once and put together for many launches.

    Attributes:
        words: tensors and None as addresses; numbers are passed as int64 and double.
        kinds: one letter each: p for an address, i for int, d for float.
        kept: the tensors, so that nothing else takes their memory before the kernel is started.
            (After that torch gives it only to what comes later on the same stream.)
    """

    words: tuple[int | float, ...]
    kinds: str
    kept: tuple[Tensor, ...] = ()

    @staticmethod
    def of(*values: Argument) -> "Arguments":
        """The arguments of these values."""
        kept = tuple(value for value in values if isinstance(value, Tensor))
        return Arguments(tuple(map(_word, values)), "".join(map(_kind, values)), kept)

    def __add__(self, other: "Arguments") -> "Arguments":
        words, kinds = self.words + other.words, self.kinds + other.kinds
        return Arguments(words, kinds, self.kept + other.kept)


def _word(value: Argument) -> int | float:
    if isinstance(value, Tensor):
        return value.data_ptr()
    return 0 if value is None else value


def _kind(value: Argument) -> str:
    return "i" if isinstance(value, int) else "d" if isinstance(value, float) else "p"


@attrs.frozen(eq=False)
class Launch:
    """One kernel call.

    Attributes:
        source: file below kernels/ that holds the kernel, without ".cu".
        kernel: its name.
        arguments: in the kernel's order.
        items: threads along x, one per vertex, triangle, or PER_THREAD pixels of a frame.
        frames: frames (rows of the grid).
        real: torch.float32 or torch.float64, the ``real`` that the source is compiled for.
    """

    source: str
    kernel: str
    arguments: Arguments
    items: int
    frames: int = 1
    real: torch.dtype = torch.float32

    @property
    def grid(self) -> tuple[int, int]:
        """Blocks along x and y."""
        return -(-self.items // BLOCK), self.frames


class Launcher(Protocol):
    """Runs kernels on one device, in the order of the calls.

    Attributes:
        cache_bytes: size of the cache that all its multiprocessors share.
        warps: how many warps it can hold at once.
    """

    cache_bytes: int
    warps: int

    def __call__(self, launch: Launch) -> None:
        """Start one kernel; it may still run when this returns."""


LAUNCHERS: dict[str, Callable[[torch.device], Launcher]] = {}
"""Type of device -> what runs kernels on such a device."""


def launcher_of(device: torch.device) -> Launcher:
    """What runs kernels on ``device``.

    Raises:
        VisemixError: there is nothing for this type of device.
    """
    if device.type not in LAUNCHERS:
        what = f"its kernels run on {' and '.join(LAUNCHERS)} devices, the tensors are on {device}"
        do = "move them to a GPU, or use rasterizer-cpu"
        raise VisemixError(what, where=NAME, do=do)
    return LAUNCHERS[device.type](device)


def run(launches: Iterable[Launch], device: torch.device) -> None:
    """Start kernels one after the other, leaving out those that have nothing to do.

    Raises:
        VisemixError: there are too many frames, or no launcher for this device.
    """
    launcher = launcher_of(device)
    for launch in launches:
        if launch.frames > MOST_FRAMES:
            what = f"it draws at most {MOST_FRAMES} frames at once, got {launch.frames}"
            raise VisemixError(what, where=NAME, do="draw them in parts")
        if launch.items and launch.frames:
            launcher(launch)
