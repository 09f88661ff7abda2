"""Checkpoints: safetensors and JSON only; written whole or not at all; a pickle is never read."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.optim import Optimizer

from visemix.core.errors import CheckpointError
from visemix.core.training.stage import Stage

KEEP = 2
"""Step checkpoints that are kept; one more than needed, in case the newest is damaged."""


def save_step(folder: Path, stage: Stage, step: int) -> None:
    """Write ``folder``/step-N with everything that the stage needs to go on after ``step``."""
    target = folder / f"step-{step:09d}"
    part = folder / f".{target.name}.{os.getpid()}.part"
    for abandoned in folder.glob(".step-*.part"):  # by a killed process; nobody else writes here
        shutil.rmtree(abandoned)
    part.mkdir(parents=True)
    save_file(_module_tensors(stage), part / "modules.safetensors")
    save_file(_optimizer_tensors(stage), part / "optimizers.safetensors")
    (part / "step.json").write_text(json.dumps({"stage": stage.name, "step": step}))
    if target.exists():
        shutil.rmtree(target)
    part.replace(target)
    for old in steps_in(folder)[:-KEEP]:
        shutil.rmtree(folder / f"step-{old:09d}")


def steps_in(folder: Path) -> list[int]:
    """Steps with a checkpoint below ``folder``, oldest first."""
    return sorted(int(p.name.removeprefix("step-")) for p in folder.glob("step-*") if p.is_dir())


def load_step(folder: Path, stage: Stage, step: int) -> None:
    """Put the stage back to where it was after ``step``.

    Raises:
        CheckpointError: damaged, or of a stage with other networks.
    """
    place = folder / f"step-{step:09d}"
    modules = read_tensors(place / "modules.safetensors")
    for name, module in stage.modules.items():
        load_module(module, _below(modules, name), place)
    optimizers = read_tensors(place / "optimizers.safetensors")
    for turn in stage.turns:
        _load_optimizer(turn.optimizer, _below(optimizers, turn.name))


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Tensors of a safetensors file.

    Raises:
        CheckpointError: missing, damaged, or another kind of file (a pickle, say).
    """
    if not path.is_file():
        raise CheckpointError("the file is missing", where=path, do="use a complete checkpoint")
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"it is not a readable safetensors file ({error})",
            where=path,
            do="only safetensors files are loaded; pickles (.pt, .pth, .ckpt) never are",
        ) from error


def load_module(module: nn.Module, tensors: Mapping[str, Tensor], where: object) -> None:
    """Load a state dict that fits exactly.

    Raises:
        CheckpointError: says which names or shapes differ.
    """
    own = module.state_dict()
    wrong = sorted(set(own) ^ set(tensors))
    wrong += [k for k in own if k in tensors and own[k].shape != tensors[k].shape]
    if wrong:
        shown = ", ".join(wrong[:3]) + (", ..." if len(wrong) > 3 else "")
        raise CheckpointError(
            f"its weights do not fit this recipe's network ({len(wrong)} differ: {shown})",
            where=where,
            do="use the recipe that the checkpoint was trained with",
        )
    module.load_state_dict(dict(tensors))


def _module_tensors(stage: Stage) -> dict[str, Tensor]:
    return {
        f"{name}.{key}": value.detach().cpu().contiguous().clone()
        for name, module in stage.modules.items()
        for key, value in module.state_dict().items()
    }


def _optimizer_tensors(stage: Stage) -> dict[str, Tensor]:
    tensors = {}
    for turn in stage.turns:
        for index, slots in turn.optimizer.state_dict()["state"].items():
            for slot, value in slots.items():
                kept = value if isinstance(value, Tensor) else torch.tensor(float(value))
                tensors[f"{turn.name}.{index}.{slot}"] = kept.detach().cpu().contiguous().clone()
    return tensors


def _load_optimizer(optimizer: Optimizer, tensors: Mapping[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        index, slot = name.split(".", 1)
        state.setdefault(int(index), {})[slot] = value
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})


def _below(tensors: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    start = f"{name}."
    return {k.removeprefix(start): v for k, v in tensors.items() if k.startswith(start)}
