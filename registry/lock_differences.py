"""What has changed since a lock was written."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from visemix.registry.lock import Lock, LockedFile, locked_file


def lock_differences(then: Lock, now: Lock) -> Iterator[str]:
    """Why ``now`` might not make what ``then`` made; one sentence each.

    Inputs are not compared: their paths may differ (:func:`changed_inputs`).
    """
    for name in ("visemix", "torch", "python", "hardware", "seed"):
        before, after = getattr(then, name), getattr(now, name)
        if before != after:
            yield f"{name}: {before} then, {after} now"
    yield from _changes("plugin", then.plugins, now.plugins)
    yield from _changes("file", _hashes(then.files), _hashes(now.files))
    if then.recipe != now.recipe:
        yield from _changes("recipe", then.recipe, now.recipe)


def changed_inputs(lock: Lock) -> Iterator[str]:
    """Inputs that are gone or hold something else; one sentence each."""
    for name, file in lock.inputs.items():
        path = Path(file.path)
        if not path.is_file():
            yield f"the {name} {path} is not there"
        elif locked_file(path).sha256 != file.sha256:
            yield f"the {name} {path} has changed"


def _changes(what: str, then: Mapping[str, object], now: Mapping[str, object]) -> Iterator[str]:
    for name in sorted(then.keys() | now.keys()):
        before, after = then.get(name, "none"), now.get(name, "none")
        if before != after:
            yield f"{what} {name}: {before} then, {after} now"


def _hashes(files: Mapping[str, LockedFile]) -> dict[str, str]:
    return {name: file.sha256[:12] for name, file in files.items()}
