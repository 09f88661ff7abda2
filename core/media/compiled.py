"""Compiles loops over pixels."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Machine code that frees the interpreter lock, kept on disk where that is possible."""
    try:
        return cast(F, numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:  # read-only installation and no cache folder: compile again each time
        return cast(F, numba.njit(nogil=True)(function))
