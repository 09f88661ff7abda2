"""Running out of the GPU's memory, explained."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from visemix.core.errors import VisemixError


@contextmanager
def explains_memory() -> Iterator[None]:
    """Turn torch's out-of-memory error into one that says what to do.

    Raises:
        VisemixError: there is not enough memory.
    """
    try:
        yield
    except torch.OutOfMemoryError as e:
        what = f"there is not enough memory for these frames ({str(e).split('. ')[0]})"
        do = "draw fewer frames at once, smaller pictures or a coarser mesh"
        raise VisemixError(what, where="rasterizer-cuda", do=do) from e
