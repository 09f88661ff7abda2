"""What a recipe is, for the report, and what its videos depend on."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import attrs

from visemix.core.prepare import PrepareOptions, subject_digest
from visemix.core.talking import Pipeline
from visemix.core.training.batches import SPEED, read_speed
from visemix.registry.api import LockedProvenance
from visemix.registry.checkpoint_fit import WEIGHTS
from visemix.registry.comparing.jobs import Asked, Described
from visemix.registry.comparing.making import load
from visemix.registry.installed import Installed, find_installed
from visemix.registry.lock import FILE_NAME, make_lock, read_lock
from visemix.registry.plugin_code import code_digest
from visemix.registry.recipe_text import dump, resolved_data
from visemix.registry.resolve import ResolvedRecipe

SHOWN = ("attribute_model", "face_model", "renderer", "refiner")
"""Parts that a summary names."""

WHOLE = (600.0, 60.0)
"""Seconds of a clip that are prepared by default: for training, and to make a video."""


def describe(asked: Asked, tested: Sequence[Path] = ()) -> Described:
    """Build a recipe and say what it is.

    Args:
        asked: which.
        tested: files that are tested.

    Raises:
        VisemixError: it cannot run.
    """
    pipeline = load(asked)
    provenance = pipeline.settings.provenance
    assert isinstance(provenance, LockedProvenance)  # what registry.api puts there
    resolved, installed = provenance.built.resolved, find_installed()
    return Described(
        recipe=dump(resolved_data(resolved)),
        summary=_summary(resolved),
        licenses=_licenses(resolved, installed),
        training=_training(provenance.run, pipeline, tested),
        lock=_digest(provenance, installed),
    )


def _summary(resolved: ResolvedRecipe) -> str:
    names = [part.contract.name for key in SHOWN if (part := resolved.part(key)) is not None]
    return " + ".join(names)


def _licenses(resolved: ResolvedRecipe, installed: Installed) -> tuple[str, ...]:
    used = {part.contract.plugin for part in resolved.parts}
    lines = []
    for manifest in installed.usable():
        if manifest.name in used:
            terms = manifest.license
            note = f" ({terms.note})" if terms.note else ""
            lines.append(f"{manifest.name}: code {terms.code}, weights {terms.weights}{note}")
    return tuple(lines)


def _training(run: Path | None, pipeline: Pipeline, tested: Sequence[Path]) -> str:
    """What a checkpoint says of how it was trained."""
    if run is None:
        return "none beyond what comes with its plugins"
    lock = read_lock(run / FILE_NAME)
    data = lock.options.get("data")
    clips = [str(digest) for digest in data] if isinstance(data, list) else []
    stages = ", ".join(_stages(run)) or "nothing is finished"
    known = ", ".join(path.name for path in _learned(pipeline, tested, clips))
    warning = f"; it has seen all of {known}, which is tested here" if known else ""
    return f"{len(clips)} clips; {stages}; {lock.hardware}{warning}"


def _stages(run: Path) -> Iterator[str]:
    """Stages with the steps and minutes that they took."""
    for path in sorted((run / "stages").glob("*/summary.json")):
        steps = int(json.loads(path.read_text())["last"]) + 1
        speed = read_speed(path.parent).steps_per_s if (path.parent / SPEED).exists() else 0.0
        took = f" in {steps / speed / 60:.1f} min" if speed else ""
        yield f"{path.parent.name.partition('.')[2]} {steps} steps{took}"


def _learned(pipeline: Pipeline, tested: Sequence[Path], clips: Sequence[str]) -> Iterator[Path]:
    """Files that are tested, and whole among the clips that were trained on."""
    parts, settings = pipeline.parts, pipeline.settings
    for path in tested:
        for seconds in WHOLE:
            options = PrepareOptions(fps=settings.fps, max_seconds=seconds, key=settings.key)
            if subject_digest(path, parts.tracker, parts.face_model, options) in clips:
                yield path


def _digest(provenance: LockedProvenance, installed: Installed) -> str:
    """Hash of recipe, versions, plugins' code and weights; where the files lie does not matter."""
    files = list(provenance.built.files())
    if provenance.run is not None:
        weights = sorted((provenance.run / WEIGHTS).glob("*.safetensors"))
        files += [(f"checkpoint/{path.stem}", path) for path in weights]
    lock = attrs.asdict(make_lock(provenance.built.resolved, installed, 0, files))
    lock["files"] = {name: file["sha256"] for name, file in lock["files"].items()}
    code = {m.name: code_digest(m.folder) for m in installed.usable() if m.name in lock["plugins"]}
    return sha256(json.dumps([lock, code], sort_keys=True, default=str).encode()).hexdigest()
