"""Kernels on an NVIDIA GPU, on torch's memory and torch's current stream."""

import threading
from functools import cache
from typing import Any

import torch

from visemix.core.errors import VisemixError
from visemix.plugins.rasterizer_cuda.compiler import cuda_module, machine_code
from visemix.plugins.rasterizer_cuda.launch import BLOCK, NAME, Launch

WARP = 32
"""Threads."""

MOST_CONFIGS = 1000
"""Sizes of grids that are kept: making one takes as long as starting a kernel."""


class TorchStream:
    """One of torch's streams, as NVIDIA's packages take those of others."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def __cuda_stream__(self) -> tuple[int, int]:
        """Version of this protocol, and the stream."""
        return 0, self.handle


class DeviceLauncher:
    """Starts kernels on one GPU, compiling a source when its first kernel is started.

    Args:
        device: with an index.

    Raises:
        VisemixError: there is no such GPU, or what is needed to start kernels is not installed.
    """

    def __init__(self, device: torch.device) -> None:
        self._core = cuda_module("cuda.core")
        self._device = device
        properties = torch.cuda.get_device_properties(device)
        self._capability = 10 * properties.major + properties.minor
        self.cache_bytes = int(properties.L2_cache_size)
        threads = properties.max_threads_per_multi_processor * properties.multi_processor_count
        self.warps = int(threads) // WARP
        self._objects: dict[tuple[str, torch.dtype], Any] = {}
        self._kernels: dict[tuple[str, str, torch.dtype], Any] = {}
        self._told = threading.local()
        self._streams: dict[int, Any] = {}
        self._configs: dict[tuple[int, int], Any] = {}

    def __call__(self, launch: Launch) -> None:
        """Start one kernel on the stream that torch uses in this thread.

        Raises:
            VisemixError: it cannot be compiled, loaded or started.
        """
        if torch.cuda.current_device() == self._device.index:
            self._start(launch)
            return
        with torch.cuda.device(self._device):
            self._start(launch)

    def _start(self, launch: Launch) -> None:
        if not getattr(self._told, "context", False):
            # The primary context of a device is torch's too; every thread must be told.
            self._core.Device(self._device.index).set_current()
            self._told.context = True
        kernel, config = self._kernel(launch), self._config(launch.grid)
        try:
            self._core.launch(self._stream(), config, kernel, *launch.arguments.words)
        except Exception as e:  # whatever the driver's library raises
            what = f"the kernel {launch.kernel} cannot be started ({e})"
            raise VisemixError(what, where=NAME, do="use rasterizer-cpu") from e

    def _config(self, grid: tuple[int, int]) -> Any:
        if len(self._configs) > MOST_CONFIGS:
            self._configs.clear()
        if grid not in self._configs:
            self._configs[grid] = self._core.LaunchConfig(grid=grid, block=BLOCK)
        return self._configs[grid]

    def _stream(self) -> Any:
        handle = torch.cuda.current_stream(self._device).cuda_stream
        if handle not in self._streams:
            device = self._core.Device(self._device.index)
            self._streams[handle] = device.create_stream(TorchStream(handle))
        return self._streams[handle]

    def _kernel(self, launch: Launch) -> Any:
        key = (launch.source, launch.kernel, launch.real)
        if key not in self._kernels:
            self._kernels[key] = self._object(launch.source, launch.real).get_kernel(launch.kernel)
        return self._kernels[key]

    def _object(self, source: str, real: torch.dtype) -> Any:
        if (source, real) not in self._objects:
            code = machine_code(source, real, self._capability)
            self._objects[source, real] = self._core.ObjectCode.from_cubin(code, name=source)
        return self._objects[source, real]


@cache
def launcher_of_gpu(device: torch.device) -> DeviceLauncher:
    """The one launcher of a GPU.

    Raises:
        VisemixError: there is none, or what is needed to use it is not installed.
    """
    if not torch.cuda.is_available():
        what = "torch finds no CUDA device"
        raise VisemixError(what, where=NAME, do="use rasterizer-cpu")
    return DeviceLauncher(device)
