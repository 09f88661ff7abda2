"""Reads DeepSpeech windows that were computed elsewhere."""

from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor

from visemix.core.errors import DatasetError
from visemix.plugins.speech_features.deepspeech_alphabet import SYMBOLS
from visemix.plugins.speech_features.safe_pickle import read_arrays

AFTER = 7
BEFORE = 8
WINDOW = BEFORE + 1 + AFTER
"""Rows k-8 to k+7: the frame's own is not in the middle but in row 8."""

_EXPECTED = f"[T, {WINDOW}, {len(SYMBOLS)}] windows or [T, {len(SYMBOLS)}] rows"


def read_windows(path: Path) -> Tensor:
    """[T, 16, 29] float32 windows of a clip.

    Args:
        path: .npy, .npz or .pkl (the form in which FACIAL publishes them) with one array,
            ``[T, 16, 29]``, or ``[T, 29]`` rows at the frame rate.

    Raises:
        DatasetError: no such file, another format, or an array of another shape.
    """
    arrays = _arrays(_load(path))
    fitting = [a for a in arrays if a.dtype.kind == "f" and a.shape[1:] in _SHAPES and len(a)]
    if len(fitting) != 1:
        found = ", ".join(f"{list(a.shape)} {a.dtype}" for a in arrays) or "no array"
        raise DatasetError(f"expected one array of {_EXPECTED}, got {found}", where=path)
    values = torch.from_numpy(fitting[0].astype(np.float32))
    if not bool(values.isfinite().all()):
        raise DatasetError("it holds NaN or infinite numbers", where=path)
    return values if values.ndim == 3 else zero_padded_windows(values)


def zero_padded_windows(rows: Tensor) -> Tensor:
    """[T, 29] to [T, 16, 29]; rows outside the clip are zero."""
    padded = torch.nn.functional.pad(rows, (0, 0, BEFORE, AFTER))
    return padded.unfold(0, WINDOW, 1).transpose(1, 2).contiguous()


_SHAPES = ((WINDOW, len(SYMBOLS)), (len(SYMBOLS),))


def _load(path: Path) -> object:
    if path.suffix == ".pkl":
        return read_arrays(path)
    if path.suffix not in (".npy", ".npz"):
        raise DatasetError("DeepSpeech windows come as .npy, .npz or .pkl", where=path)
    try:
        with path.open("rb") as file:  # np.load leaves a damaged file open
            loaded = np.load(file, allow_pickle=False)
            return loaded if isinstance(loaded, np.ndarray) else dict(loaded)
    except FileNotFoundError as error:
        raise DatasetError("there is no such file", where=path, do="check the path") from error
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise DatasetError(f"it cannot be read ({error})", where=path) from error


def _arrays(found: object) -> list["np.ndarray[tuple[int, ...], np.dtype[np.generic]]"]:
    """Every array in nested dictionaries."""
    if isinstance(found, Mapping):
        return [array for inner in found.values() for array in _arrays(inner)]
    return [found] if isinstance(found, np.ndarray) else []
