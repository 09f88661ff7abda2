"""Personal weights in the subject's folder: learned once, found again."""

import contextlib
import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

Weights = dict[str, Tensor]


def digest(tensors: Mapping[str, Tensor], text: str) -> str:
    """SHA-256 over numbers and a text that says what is done with them."""
    total = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        value = tensors[name].detach().cpu().contiguous()
        total.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        total.update(value.numpy().data)
    return total.hexdigest()


def remembered(folder: Path | None, key: str, learn: Callable[[], Weights]) -> Weights:
    """The weights called ``key``, from the subject's folder or learned now and kept there.

    A damaged file is learned again; a folder that cannot be written to keeps nothing.

    Args:
        folder: of the subject; None keeps nothing.
        key: names everything that the weights depend on.
        learn: makes them.
    """
    if folder is None:
        return learn()
    path = folder / "personal" / f"lstm-pose-{key[:16]}.safetensors"
    kept = _read(path)
    if kept is not None:
        return kept
    made = learn()
    with contextlib.suppress(OSError):  # a full or read-only disk costs time, not the result
        _write(path, made)
    return made


def _read(path: Path) -> Weights | None:
    try:
        return load_file(path)
    except (OSError, SafetensorError):
        return None


def _write(path: Path, weights: Weights) -> None:
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        save_file({k: v.contiguous().clone() for k, v in weights.items()}, part)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def same_layout(first: Mapping[str, Tensor], second: Mapping[str, Tensor]) -> bool:
    """Whether two sets of weights have the same names, shapes, and only finite numbers."""
    if {k: v.shape for k, v in first.items()} != {k: v.shape for k, v in second.items()}:
        return False
    return all(bool(torch.isfinite(value).all()) for value in first.values())
