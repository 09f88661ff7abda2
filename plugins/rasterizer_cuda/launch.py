"""One kernel call as a value: a GPU runs it, and so does the host compiler of the tests."""

from collections.abc import Callable, Iterable
from typing import Protocol

import attrs
import torch
from torch import Tensor

from visemix.core.errors import VisemixError

BLOCK = 128
"""Threads per block; kernels/platform.cuh says the same."""

PER_THREAD = 4
"""Pixels that one thread of a picture's kernel makes; kernels/pixels.cuh says the same."""

Argument = Tensor | int | float | None
"""None is a null pointer: that output is not wanted, or that input is not there."""


@attrs.frozen(eq=False)
class Launch:
    """One kernel call.

    Attributes:
        source: file below kernels/ that holds the kernel, without ".cu".
        kernel: its name.
        arguments: in the kernel's order; numbers are passed as int64 and double.
        items: threads along x, one per vertex, triangle, or PER_THREAD pixels of a frame.
        frames: frames (rows of the grid).
        real: torch.float32 or torch.float64, the ``real`` that the source is compiled for.
    """

    source: str
    kernel: str
    arguments: tuple[Argument, ...]
    items: int
    frames: int = 1
    real: torch.dtype = torch.float32

    @property
    def grid(self) -> tuple[int, int]:
        """Blocks along x and y."""
        return -(-self.items // BLOCK), self.frames

    @property
    def words(self) -> list[int | float]:
        """The arguments as plain numbers, tensors and None as addresses."""
        return [_word(argument) for argument in self.arguments]


def _word(argument: Argument) -> int | float:
    if isinstance(argument, Tensor):
        return argument.data_ptr()
    return 0 if argument is None else argument


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
        raise VisemixError(what, where="rasterizer-cuda", do=do)
    return LAUNCHERS[device.type](device)


def run(launches: Iterable[Launch], device: torch.device) -> None:
    """Start kernels one after the other, leaving out those that have nothing to do."""
    launcher = launcher_of(device)
    for launch in launches:
        if launch.items and launch.frames:
            launcher(launch)
