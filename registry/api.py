"""A recipe's name -> the Pipeline that runs it; behind ``visemix.load`` and every command."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from visemix.core.errors import CheckpointError
from visemix.core.pipeline import Request, Settings
from visemix.core.progress import Progress, Quiet
from visemix.core.talking import Pipeline
from visemix.core.training.session import WEIGHTS, load_parts
from visemix.registry.build import Built, build
from visemix.registry.find_recipe import DEFAULT
from visemix.registry.installed import find_installed
from visemix.registry.lock import FILE_NAME, lock_text, make_lock
from visemix.registry.node import Plain
from visemix.registry.recipe_text import resolved_data

LOCK_KEY = "visemix_lock"
"""Key of the lock in a video's metadata."""

MARK = "Synthetic video, made by visemix. It does not show what was really said."
"""Comment in the metadata of every video."""


def load(
    name: str | Path = DEFAULT,
    overrides: Sequence[str] = (),
    *,
    checkpoint: str | Path | None = None,
    progress: Progress | None = None,
) -> Pipeline:
    """Build a recipe.

    Args:
        name: a recipe's name, a YAML file, or a checkpoint folder.
        overrides: "key.key=value" each.
        checkpoint: folder of a training run whose weights are to be used.
        progress: who is told how far long jobs are.

    Raises:
        RecipeError: there is no such recipe, or it cannot run.
        PluginError: a part fails to start.
        CheckpointError: the checkpoint is damaged or of another recipe.
    """
    built = build(str(name), overrides)
    run = Path(checkpoint) if checkpoint is not None else _run_of(name)
    if run is not None:
        load_parts(run, attrs.asdict(built.parts, recurse=False))
    told = progress or Quiet()
    for note in built.resolved.notes:
        told.note(note)
    settings = Settings(
        fps=built.resolved.recipe.video.fps,
        progress=told,
        provenance=LockedProvenance(built, run),
        key=preparation_key(built),
    )
    return Pipeline(built.parts, settings)


def _run_of(name: str | Path) -> Path | None:
    folder = Path(name)
    return folder if (folder / FILE_NAME).is_file() and (folder / WEIGHTS).is_dir() else None


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


def preparation_key(built: Built) -> str:
    """Text that changes with anything that changes a prepared subject."""
    data = {
        path: {"part": part.contract.name, **part.settings}
        for path in ("tracker", "face_model")
        if (part := built.resolved.part(path)) is not None
    }
    return json.dumps(data, sort_keys=True, default=str)


def recipe_hash(built: Built) -> str:
    """Short hash of the resolved recipe."""
    text = json.dumps(resolved_data(built.resolved), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@attrs.frozen(eq=False)
class LockedProvenance:
    """Puts the lock, and the word that it is synthetic, into a video.

    Attributes:
        built: recipe and parts.
        run: checkpoint folder, if weights came from one.
    """

    built: Built
    run: Path | None = None

    def metadata(self, request: Request) -> Mapping[str, str]:
        """See core.pipeline.Provenance."""
        inputs = {
            name: path.resolve()
            for name, path in (("audio", request.audio), ("reference", request.reference))
            if path is not None and path.is_file()
        }
        options: dict[str, Plain] = {"subject": request.subject}
        if request.seconds is not None:
            options["seconds"] = request.seconds
        if request.face is not None:
            options["face"] = request.face
        if request.reference is not None and request.reference.is_dir():
            options["subject_folder"] = str(request.reference.resolve())
        files = list(self.built.files())
        if self.run is not None:
            options["checkpoint"] = str(self.run.resolve())
            files += [(f"checkpoint/{p.stem}", p) for p in sorted((self.run / WEIGHTS).iterdir())]
        lock = make_lock(self.built.resolved, find_installed(), request.seed, files, inputs)
        return {LOCK_KEY: lock_text(attrs.evolve(lock, options=options)), "comment": MARK}
