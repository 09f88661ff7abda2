"""What a recipe is, for the report, and what its videos depend on."""

import json
from hashlib import sha256
from pathlib import Path

import attrs

from visemix.registry.api import LockedProvenance
from visemix.registry.checkpoint_fit import WEIGHTS
from visemix.registry.comparing.jobs import Asked, Described
from visemix.registry.comparing.making import load
from visemix.registry.installed import Installed, find_installed
from visemix.registry.lock import FILE_NAME, make_lock, read_lock
from visemix.registry.recipe_text import dump, resolved_data
from visemix.registry.resolve import ResolvedRecipe

SHOWN = ("attribute_model", "face_model", "renderer", "refiner")
"""Parts that a summary names."""


def describe(asked: Asked) -> Described:
    """Build a recipe and say what it is.

    Raises:
        VisemixError: it cannot run.
    """
    provenance = load(asked).settings.provenance
    assert isinstance(provenance, LockedProvenance)  # what registry.api puts there
    resolved, installed = provenance.built.resolved, find_installed()
    return Described(
        recipe=dump(resolved_data(resolved)),
        summary=_summary(resolved),
        licenses=_licenses(resolved, installed),
        training=_training(provenance.run),
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


def _training(run: Path | None) -> str:
    """What a checkpoint says of how it was trained."""
    if run is None:
        return "none beyond what comes with its plugins"
    lock = read_lock(run / FILE_NAME)
    data = lock.options.get("data")
    clips = len(data) if isinstance(data, list) else 0
    stages = [f"{stage} {steps} steps" for stage, steps in _steps(run)]
    where = f" on {lock.hardware}" if lock.hardware else ""
    return f"{clips} clips; {', '.join(stages) or 'unfinished'}{where}"


def _steps(run: Path) -> list[tuple[str, int]]:
    found = []
    for path in sorted((run / "stages").glob("*/summary.json")):
        about = json.loads(path.read_text())
        found.append((path.parent.name.partition(".")[2], int(about.get("last", -1)) + 1))
    return found


def _digest(provenance: LockedProvenance, installed: Installed) -> str:
    """Hash of recipe, versions and weights; where the files lie does not matter."""
    files = list(provenance.built.files())
    if provenance.run is not None:
        weights = sorted((provenance.run / WEIGHTS).glob("*.safetensors"))
        files += [(f"checkpoint/{path.stem}", path) for path in weights]
    lock = attrs.asdict(make_lock(provenance.built.resolved, installed, 0, files))
    lock["files"] = {name: file["sha256"] for name, file in lock["files"].items()}
    return sha256(json.dumps(lock, sort_keys=True, default=str).encode()).hexdigest()
