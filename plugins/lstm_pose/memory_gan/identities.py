"""Identity features of the frames that the GAN learns from, made once and kept with the clip."""

import os
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from visemix.core.errors import CheckpointError, TrainingError
from visemix.core.interfaces import IdentityEncoder
from visemix.core.media.part_file import output_error
from visemix.core.timeline import pick
from visemix.core.training.checkpoint import read_tensors
from visemix.core.values.subject import Subject

AT_ONCE = 16
"""Full frames in memory together."""


def identity_features(subject: Subject, encoder: IdentityEncoder, size: int) -> Tensor:
    """[N, D] unit vectors of every frame of a clip, zeros where no face was found.

    Args:
        subject: the clip.
        encoder: the recipe's.
        size: D that is expected.

    Raises:
        TrainingError: the encoder makes vectors of another size.
        OutputError: they cannot be kept.
    """
    path = _path(subject, encoder)
    stored = _read(path, len(subject.track.found))
    made = _embed(subject, encoder) if stored is None else stored
    if made.shape[1] != size:
        what = f"identity features have {made.shape[1]} numbers, the refiner expects {size}"
        do = f"use --set refiner.identity_size={made.shape[1]}"
        raise TrainingError(what, where="identity_encoder", do=do)
    if path is not None and stored is None:
        _write(path, made)
    return made


def need_encoder(encoder: IdentityEncoder | None) -> IdentityEncoder:
    """The recipe's identity encoder.

    Raises:
        TrainingError: it has none.
    """
    if encoder is None:
        what = "the recipe has no identity_encoder, from which the memory learns"
        do = (
            "add 'identity_encoder: {part: onnx-identity, model: FILE.onnx}' to the recipe,"
            " or do without one: --set refiner.identity_feature=off"
        )
        raise TrainingError(what, where="refiner", do=do)
    return encoder


def middle_of(features: Tensor, found: Tensor) -> Tensor:
    """[N, D] the feature of the middle frame for all (the released code's general training)."""
    seen = found.nonzero().flatten()
    return features[seen[len(seen) // 2]].expand_as(features)


def _embed(subject: Subject, encoder: IdentityEncoder) -> Tensor:
    seen = subject.track.found.nonzero().flatten()
    parts = []
    for some in torch.split(seen, AT_ONCE):
        pictures = [subject.frames[int(frame)] for frame in some]
        parts.append(encoder.embed(pictures, pick(subject.track, some)))
    vectors = torch.cat(parts)
    made = vectors.new_zeros((len(subject.track.found), vectors.shape[1]))
    made[seen] = vectors
    return made


def _path(subject: Subject, encoder: IdentityEncoder) -> Path | None:
    if subject.folder is None or not encoder.key:
        return None
    return subject.folder / "identity" / f"{encoder.key}.safetensors"


def _read(path: Path | None, frames: int) -> Tensor | None:
    """Kept features; None if there are none or they are damaged, so that they are made again."""
    if path is None or not path.exists():
        return None
    try:
        values = read_tensors(path)["values"]
    except (CheckpointError, KeyError):
        return None
    return values if values.ndim == 2 and len(values) == frames else None


def _write(path: Path, values: Tensor) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")  # several processes may do this at once
    try:
        path.parent.mkdir(exist_ok=True)
        save_file({"values": values.contiguous()}, part)
        part.replace(path)
    except OSError as error:
        raise output_error(error, path) from None
