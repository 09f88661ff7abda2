"""The kernels, compiled by the host's compiler: every test here runs them on the CPU."""

import ctypes
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import torch

from visemix.plugins.rasterizer_cuda.launch import LAUNCHERS, Launch
from visemix.plugins.rasterizer_cuda.sources import source_of

SHIM = r"""
#include <cstdint>
#include <utility>

template <class P> struct Kind;
template <class T> struct Kind<T*> { static constexpr char name = 'p'; };
template <> struct Kind<int64> { static constexpr char name = 'i'; };
template <> struct Kind<double> { static constexpr char name = 'd'; };

template <class P> static P unpack(uint64_t word) {
    P value;
    static_assert(sizeof(P) == 8);
    std::memcpy(&value, &word, 8);
    return value;
}

// Blocks and threads one by one: as they come, or the last ones first.
static uint32 turned(uint32 k, uint32 of, bool backwards) { return backwards ? of - 1 - k : k; }

template <class... P, size_t... I>
static int run(void (*kernel)(P...), const char* kinds, const uint64_t* words, const uint32* grid,
               std::index_sequence<I...>) {
    const char wanted[] = {Kind<P>::name..., 0};
    if (std::strcmp(wanted, kinds) != 0) return 1;
    gridDim = {grid[0], grid[1]}, blockDim = {BLOCK, 1};
    for (uint32 y = 0; y < grid[1]; ++y)
        for (uint32 x = 0; x < grid[0]; ++x)
            for (uint32 thread = 0; thread < BLOCK; ++thread) {
                blockIdx = {turned(x, grid[0], grid[2]), turned(y, grid[1], grid[2])};
                threadIdx = {turned(thread, BLOCK, grid[2]), 0};
                kernel(unpack<P>(words[I])...);
            }
    return 0;
}

template <class... P>
static int run(void (*kernel)(P...), const char* kinds, const uint64_t* words, const uint32* grid) {
    return run(kernel, kinds, words, grid, std::index_sequence_for<P...>());
}

#define EXPORT(name)                                                                          \
    extern "C" int run_##name(const char* kinds, const uint64_t* words, const uint32* grid) { \
        return run(name, kinds, words, grid);                                                 \
    }
"""

OPTIONS = ["-std=c++17", "-O2", "-fPIC", "-shared", "-ffp-contract=off", "-w"]
OPTIONS += os.environ.get("VISEMIX_HOST_KERNEL_OPTIONS", "").split()
"""To look for wild writes, run the tests with VISEMIX_HOST_KERNEL_OPTIONS set to
"-fsanitize=address,undefined -fno-sanitize-recover" and libasan.so in LD_PRELOAD."""
SMALL_CACHE = 100_000
"""Bytes: so little that a few frames of a test already make several groups."""


class HostLauncher:
    """Runs one thread after the other; what threads add to or raise is thereby atomic.

    Attributes:
        backwards: whether the last block and thread comes first: a GPU knows no order.
        launched: every kernel call so far.
    """

    cache_bytes = SMALL_CACHE
    warps = 12

    def __init__(self) -> None:
        self.backwards = False
        self.launched: list[Launch] = []

    def __call__(self, launch: Launch) -> None:
        self.launched.append(launch)
        kinds, words = launch.arguments.kinds, [_word(x) for x in launch.arguments.words]
        function = getattr(library(launch.source, launch.real), f"run_{launch.kernel}")
        grid = (ctypes.c_uint32 * 3)(*launch.grid, self.backwards)
        wrong = function(kinds.encode(), (ctypes.c_uint64 * len(words))(*words), grid)
        assert not wrong, f"{launch.kernel} takes other arguments than {kinds}"


def _word(value: int | float) -> int:
    word = ctypes.c_double(value) if isinstance(value, float) else ctypes.c_int64(value)
    return ctypes.c_uint64.from_buffer_copy(word).value


@cache
def library(source: str, real: torch.dtype) -> ctypes.CDLL:
    """One source as a shared library, kept in the temporary folder until its text changes."""
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("g++ is not installed, which compiles the kernels for the CPU")
    text = source_of(source)
    names = re.findall(r"^(?:WAITING_)?KERNEL\((\w+)\)", text, re.MULTILINE)
    assert names, f"{source} has no kernels"
    text = "\n".join((text, SHIM, *(f"EXPORT({name})" for name in names)))
    defined = "-DREAL=double" if real == torch.float64 else "-DREAL=float"
    key = hashlib.sha256("\0".join((text, defined, *OPTIONS)).encode()).hexdigest()[:20]
    folder = Path(tempfile.gettempdir()) / f"visemix-host-kernels-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    made = folder / f"{source}-{key}.so"
    if not made.exists():
        code = folder / f"{source}-{key}-{os.getpid()}.cpp"
        code.write_text(text)
        part = code.with_suffix(".part")
        subprocess.run([compiler, *OPTIONS, defined, str(code), "-o", str(part)], check=True)
        part.replace(made)
        code.unlink()
    return ctypes.CDLL(str(made))


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[HostLauncher]:
    """The launcher of CPU tensors for one test."""
    launcher = HostLauncher()
    monkeypatch.setitem(LAUNCHERS, "cpu", lambda device: launcher)
    yield launcher
