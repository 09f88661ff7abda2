"""Whether a checkpoint folder is one, and belongs to a recipe."""

from collections.abc import Mapping
from pathlib import Path

from visemix.core.errors import CheckpointError
from visemix.registry.build import Built
from visemix.registry.lock import FILE_NAME, read_lock
from visemix.registry.node import Plain
from visemix.registry.overrides import SET

WEIGHTS = "weights"
"""Folder of a run that holds the finished weights: one safetensors file per kind of part."""


def check_checkpoint(folder: Path) -> None:
    """Refuse what is no checkpoint folder.

    Raises:
        CheckpointError: says what it is instead.
    """
    if folder.is_file():
        raise CheckpointError(
            "this is a file, a checkpoint is a folder that 'visemix train' wrote",
            where=folder,
            do="name the folder; pickles (.pt, .pth, .ckpt) are never loaded",
        )
    if not (folder / FILE_NAME).is_file():
        raise CheckpointError(
            f"there is no {FILE_NAME} in it" if folder.is_dir() else "there is no such folder",
            where=folder,
            do="name the folder that was given to 'visemix train -o'",
        )


def check_fit(folder: Path, built: Built) -> set[str]:
    """Refuse weights that were trained as another part, or for another frame rate.

    A part that the command line put in the place of a trained one needs no weights.

    Returns:
        Keys of the recipe whose weights are not to be used for that reason.

    Raises:
        CheckpointError: the checkpoint is of another recipe, or its lock is damaged.
    """
    trained = read_lock(folder / FILE_NAME).recipe
    fps, made = _value(trained, "video", "fps"), built.resolved.recipe.video.fps
    if fps is not None and fps != made:
        raise _misfit(folder, trained, f"it was trained at {fps:g} frames per second, not {made:g}")
    replaced: set[str] = set()
    for weights in sorted((folder / WEIGHTS).glob("*.safetensors")):
        if weights.stem.startswith("discriminators."):
            continue  # used in training only
        chosen = built.resolved.part(weights.stem)
        part = str(_value(trained, weights.stem, "part")).rpartition("/")[2]
        if chosen is None or part != chosen.contract.name:
            if chosen is not None and chosen.place.startswith(SET):
                replaced.add(weights.stem)
                continue
            other = "no such part" if chosen is None else f"{chosen.contract.name!r}"
            what = f"its {weights.stem} is {part!r}, that of the recipe is {other}"
            raise _misfit(folder, trained, what)
    return replaced


def _misfit(folder: Path, trained: Mapping[str, Plain], what: str) -> CheckpointError:
    return CheckpointError(
        f"it is of another recipe ({trained.get('name')}): {what}",
        where=folder,
        do="leave out --recipe to use the checkpoint's own",
    )


def _value(data: Mapping[str, Plain], section: str, key: str) -> Plain:
    inner = data.get(section)
    return inner.get(key) if isinstance(inner, Mapping) else None
