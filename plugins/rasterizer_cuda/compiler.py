"""Kernels compiled with NVRTC, NVIDIA's compiler as a library: no nvcc, no host compiler."""

import importlib
from collections.abc import Iterable
from typing import Any

import torch

from visemix.core.errors import VisemixError
from visemix.plugins.rasterizer_cuda.kernels_cache import keep_kernels, kernel_file, read_kernels
from visemix.plugins.rasterizer_cuda.launch import NAME
from visemix.plugins.rasterizer_cuda.sources import source_of

LOWEST = 75
"""Compute capability from which the kernels work, times ten."""

INSTALL = "run: pip install 'visemix[cuda]', or use rasterizer-cpu"

REALS = {torch.float32: "float", torch.float64: "double"}


def cuda_module(name: str) -> Any:
    """A module of NVIDIA's CUDA packages, which are installed only where they are wanted.

    Raises:
        VisemixError: they are not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as e:
        what = f"{name} cannot be imported ({e})"
        raise VisemixError(what, where=NAME, do=INSTALL) from e


def machine_code(source: str, real: torch.dtype, capability: int) -> bytes:
    """The kernels of a source for a GPU: from the cache, else compiled.

    Args:
        source: file below kernels/, without ".cu".
        real: torch.float32 or torch.float64.
        capability: of the GPU, times ten, such as 90.

    Raises:
        VisemixError: the compiler is missing, too old or refuses.
    """
    text = source_of(source)
    options = (f"nvrtc {'.'.join(map(str, _version()))}", f"sm_{capability}", REALS[real])
    file = kernel_file(source, text, options)
    code = read_kernels(file)
    if code is None:
        code = _compile(source, text, REALS[real], capability)
        keep_kernels(file, code)
    return code


def _compile(source: str, text: str, real: str, capability: int) -> bytes:
    check_capability(capability, _known())
    core = cuda_module("cuda.core")
    options = core.ProgramOptions(
        name=f"{source}.cu",
        arch=f"sm_{capability}",
        std="c++17",
        fma=False,  # see kernels/platform.cuh
        restrict=True,  # no kernel writes what another of its pointers reads
        define_macro=("REAL", real),
    )
    try:
        return bytes(core.Program(text, code_type="c++", options=options).compile("cubin").code)
    except Exception as e:  # whatever the compiler's library raises
        what = f"kernels/{source}.cu cannot be compiled for sm_{capability} ({e})"
        raise VisemixError(what, where=NAME, do=INSTALL) from e


def check_capability(capability: int, known: Iterable[int]) -> None:
    """Compare a GPU with what kernels and compiler are made for.

    Args:
        capability: of the GPU, times ten.
        known: those that the compiler knows.

    Raises:
        VisemixError: the GPU is too old, or too new for this compiler.
    """
    shown = f"{capability // 10}.{capability % 10}"
    if capability < LOWEST:
        what = f"it needs a GPU of compute capability {LOWEST / 10} or higher, this one has {shown}"
        raise VisemixError(what, where=NAME, do="use rasterizer-cpu")
    if capability not in known:
        what = f"this NVRTC does not know GPUs of compute capability {shown}"
        do = "install a newer nvidia-cuda-nvrtc, or use rasterizer-cpu"
        raise VisemixError(what, where=NAME, do=do)


def _version() -> list[int]:
    return list(_ask("nvrtcVersion"))


def _known() -> list[int]:
    return list(_ask("nvrtcGetSupportedArchs")[0])


def _ask(function: str) -> Any:
    """What one of NVRTC's functions returns after its error code."""
    nvrtc = cuda_module("cuda.bindings.nvrtc")
    try:
        error, *found = getattr(nvrtc, function)()
    except (RuntimeError, OSError) as e:
        what = f"NVRTC cannot be loaded ({str(e).splitlines()[0]})"
        raise VisemixError(what, where=NAME, do=INSTALL) from e
    if int(error) != 0:
        raise VisemixError(f"NVRTC fails: {error.name}", where=NAME, do=INSTALL)
    return found
