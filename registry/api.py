"""A recipe's name -> the Pipeline that runs it; behind ``visemix.load`` and every command."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from visemix.core.names import printable
from visemix.core.pipeline import Request, Settings
from visemix.core.progress import Progress, Quiet
from visemix.core.talking import Pipeline
from visemix.registry.build import Built, build
from visemix.registry.checkpoint_fit import WEIGHTS, check_checkpoint, check_fit
from visemix.registry.find_recipe import DEFAULT
from visemix.registry.installed import find_installed
from visemix.registry.lock import FILE_NAME, Lock, lock_text, make_lock
from visemix.registry.node import Plain

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
    run = Path(checkpoint) if checkpoint is not None else _run_of(name)
    if run is not None:
        check_checkpoint(run)
    return pipeline_of(build(str(name), overrides), run, progress)


def pipeline_of(
    built: Built, run: Path | None = None, progress: Progress | None = None
) -> Pipeline:
    """The same for a recipe that is built already.

    Args:
        built: recipe and parts.
        run: checkpoint folder whose weights are to be used.
        progress: who is told how far long jobs are.

    Raises:
        CheckpointError: the checkpoint is damaged or of another recipe.
    """
    if run is not None:
        # Training brings Lightning, whose import takes longer than making a second of video.
        from visemix.core.training.session import load_parts

        replaced = check_fit(run, built)
        parts = attrs.asdict(built.parts, recurse=False)
        load_parts(run, {key: part for key, part in parts.items() if key not in replaced})
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
    return folder if (folder / FILE_NAME).is_file() else None


def preparation_key(built: Built) -> str:
    """Text that changes with anything that changes a prepared subject."""
    data = {
        path: {"part": part.contract.name, **part.settings}
        for path in ("tracker", "face_model")
        if (part := built.resolved.part(path)) is not None
    }
    return json.dumps(data, sort_keys=True, default=str)


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
        return {LOCK_KEY: lock_text(self.lock(request)), "comment": MARK}

    def lock(self, request: Request) -> Lock:
        """How the video that ``request`` makes is made."""
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
            options["subject_folder"] = printable(request.reference.resolve())
        files = list(self.built.files())
        if self.run is not None:
            options["checkpoint"] = printable(self.run.resolve())
            weights = sorted((self.run / WEIGHTS).glob("*.safetensors"))
            files += [(f"checkpoint/{path.stem}", path) for path in weights]
        lock = make_lock(self.built.resolved, find_installed(), request.seed, files, inputs)
        return attrs.evolve(lock, options=options)
