"""Running out of memory, explained."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from visemix.core.errors import VisemixError


@contextmanager
def explains_memory(where: str) -> Iterator[None]:
    """Turn the ways in which memory runs out into one error that says what to do.

    Args:
        where: who draws.

    Raises:
        VisemixError: there is not enough memory.
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as e:
        raise _shortage(where, e) from e
    except RuntimeError as e:
        if "alloc" not in str(e):  # torch has no class of its own for main memory
            raise
        raise _shortage(where, e) from e


def _shortage(where: str, error: Exception) -> VisemixError:
    what = f"there is not enough memory for these frames ({str(error).split('. ')[0]})"
    do = "draw fewer frames at once, smaller pictures or a coarser mesh"
    return VisemixError(what, where=where, do=do)
