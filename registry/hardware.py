"""What this machine has, asked without importing torch."""

import ctypes
import os
import platform
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from visemix.core.contracts import Contract


def lacking(part: Contract) -> str | None:
    """What a part needs that is not here: hardware, or a module; None if nothing is missing."""
    reason = no_cuda() if part.hardware == "cuda" else None
    if reason is not None:
        return reason
    missing = [name for name in part.modules if not _installed(name)]
    return f"the Python module {missing[0]} is not installed" if missing else None


def _installed(module: str) -> bool:
    if module in sys.modules:
        return True
    try:
        return find_spec(module) is not None
    except ImportError:  # the package around it is missing or does not start
        return False


@cache
def no_cuda() -> str | None:
    """Why CUDA cannot be used, None if it can."""
    try:
        torch_version = version("torch")
    except PackageNotFoundError:
        return "torch is not installed"
    if torch_version.endswith("+cpu"):
        return f"torch {torch_version} is built without CUDA"
    return _no_device()


def _no_device() -> str | None:
    """Ask the driver: it knows CUDA_VISIBLE_DEVICES, and takes milliseconds."""
    name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        driver = ctypes.CDLL(name)
    except OSError:
        return "there is no NVIDIA driver"
    count = ctypes.c_int(0)
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return "the NVIDIA driver finds no device"
    return None if count.value > 0 else "there is no CUDA device"


def processors() -> int:
    """CPU cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def hardware_line() -> str:
    """One line for locks and benchmarks, such as "x86_64, 2 CPU cores, no CUDA"."""
    cuda = "CUDA" if no_cuda() is None else "no CUDA"
    return f"{platform.machine()}, {processors()} CPU cores, {cuda}"
