"""Reads numpy arrays out of a pickle without running what else is in it."""

import pickle
from pathlib import Path
from typing import Literal

import numpy as np

from visemix.core.errors import DatasetError

_rebuild_array = np.empty(0).__reduce__()[0]  # what every pickled array is made with


def _latin1(text: str, codec: str) -> bytes:
    """How Python 2 protocols store bytes."""
    if codec != "latin1":
        raise pickle.UnpicklingError(f"bytes stored as {codec!r}")
    return text.encode("latin1")


def _frombuffer(
    buffer: bytes, dtype: "np.dtype[np.generic]", shape: tuple[int, ...], order: Literal["C", "F"]
) -> "np.ndarray[tuple[int, ...], np.dtype[np.generic]]":
    """How protocol 5 stores arrays."""
    return np.frombuffer(buffer, dtype).reshape(shape, order=order)


_ALLOWED: dict[tuple[str, str], object] = {
    ("numpy.core.multiarray", "_reconstruct"): _rebuild_array,
    ("numpy._core.multiarray", "_reconstruct"): _rebuild_array,
    ("numpy.core.numeric", "_frombuffer"): _frombuffer,
    ("numpy._core.numeric", "_frombuffer"): _frombuffer,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _latin1,
}


_DAMAGED: tuple[type[Exception], ...] = (  # what damaged bytes make the unpickler and numpy raise
    OSError,
    pickle.UnpicklingError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    ImportError,
    MemoryError,
    OverflowError,
    SystemError,
)


class _ArraysOnly(pickle.Unpickler):
    """Knows numpy arrays and the plain types that need no name; refuses every other name."""

    def find_class(self, module: str, name: str) -> object:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it names {module}.{name}") from None


def read_arrays(path: Path) -> object:
    """The arrays, dictionaries, lists, numbers and texts in a pickle.

    Raises:
        DatasetError: it cannot be read, or it names anything but numpy's arrays (a pickle can
            name any function and call it).
    """
    try:
        with path.open("rb") as file:
            return _ArraysOnly(file, encoding="latin1").load()
    except FileNotFoundError as error:
        raise DatasetError("there is no such file", where=path, do="check the path") from error
    except _DAMAGED as error:
        what = f"it is not a pickle of numpy arrays only ({error})"
        advice = "store the features as .npy; other pickles are never opened, they could run code"
        raise DatasetError(what, where=path, do=advice) from error
