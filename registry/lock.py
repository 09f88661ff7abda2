"""The lock: everything that is needed to make a video or a checkpoint again."""

import json
import platform
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import attrs

from visemix.core.errors import CheckpointError
from visemix.core.names import printable
from visemix.registry.hardware import hardware_line
from visemix.registry.installed import Installed, visemix_version
from visemix.registry.node import Node, Plain, plain, tree
from visemix.registry.recipe_text import resolved_data
from visemix.registry.resolve import ResolvedRecipe
from visemix.registry.strict import StrictReader

FORMAT = 1
FILE_NAME = "recipe.lock"
MAX_BYTES = 64 * 1024  # it travels in the metadata of a video


@attrs.frozen
class LockedFile:
    """A file that was used.

    Attributes:
        path: where it was.
        sha256: of its content.
    """

    path: str
    sha256: str


@attrs.frozen
class Lock:
    """How something was made.

    Attributes:
        recipe: the resolved recipe: chosen parts, every setting.
        visemix: version of visemix.
        plugins: name -> version of the plugins that were used.
        files: weights and data of the parts.
        inputs: "audio", "reference"... -> file.
        options: of the command that made it (seconds, face, the checkpoint).
        seed: of everything random.
        hardware: one line.
        python: version.
        torch: version.
    """

    recipe: Mapping[str, Plain]
    visemix: str
    plugins: Mapping[str, str] = attrs.field(factory=dict)
    files: Mapping[str, LockedFile] = attrs.field(factory=dict)
    inputs: Mapping[str, LockedFile] = attrs.field(factory=dict)
    options: Mapping[str, Plain] = attrs.field(factory=dict)
    seed: int = 0
    hardware: str = ""
    python: str = ""
    torch: str = ""


def make_lock(
    resolved: ResolvedRecipe,
    installed: Installed,
    seed: int,
    files: Iterable[tuple[str, Path]] = (),
    inputs: Mapping[str, Path] | None = None,
) -> Lock:
    """The lock of what is about to be made on this machine.

    Args:
        resolved: the recipe.
        installed: for the plugins' versions.
        seed: of everything random.
        files: (name, file) of weights and data (``Built.files()``).
        inputs: "audio", "reference"... -> file.
    """
    used = {part.contract.plugin for part in resolved.parts}
    try:
        torch = version("torch")
    except PackageNotFoundError:
        torch = ""
    return Lock(
        recipe=resolved_data(resolved),
        visemix=visemix_version(),
        plugins={m.name: m.version for m in installed.usable() if m.name in used},
        files={name: locked_file(path) for name, path in files},
        inputs={name: locked_file(path) for name, path in (inputs or {}).items()},
        seed=seed,
        hardware=hardware_line(),
        python=platform.python_version(),
        torch=torch,
    )


def locked_file(path: Path) -> LockedFile:
    """A file and its hash."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return LockedFile(printable(path), digest.hexdigest())


def lock_text(lock: Lock) -> str:
    """The lock as JSON.

    Raises:
        CheckpointError: longer than 64 KiB.
    """
    data = {"visemix_lock": FORMAT, **attrs.asdict(lock)}
    text = json.dumps(data, indent=1, ensure_ascii=False)
    if len(text.encode()) > MAX_BYTES:
        do = "shorten the recipe's lists"
        raise CheckpointError(f"the lock would be longer than {MAX_BYTES} bytes", do=do)
    return text


def read_lock(path: Path) -> Lock:
    """The lock in a file.

    Raises:
        CheckpointError: it is damaged.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as e:
        raise CheckpointError(f"cannot be read: {e}", where=path) from e
    return parse_lock(text, str(path))


def parse_lock(text: str, name: str) -> Lock:
    """The lock in a text; ``name`` stands for it in messages.

    Raises:
        CheckpointError: it is damaged.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise CheckpointError(f"longer than {MAX_BYTES} bytes, so it is no lock", where=name)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as e:
        raise CheckpointError(f"this is no lock: {e}", where=name, do="make it again") from e
    reader = StrictReader(CheckpointError)
    keys = ["visemix_lock", *(field.name for field in attrs.fields(Lock))]
    found = reader.entries(tree(data, name), "the lock", keys, keys)
    lock = None if reader.problems else _lock(reader, found)
    if lock is None or reader.problems:
        raise reader.problems[0]
    return lock


def _lock(reader: StrictReader, found: Mapping[str, Node]) -> Lock:
    reader.integer(found["visemix_lock"], "visemix_lock (format)", FORMAT, FORMAT)
    texts = {
        key: reader.text(found[key], key) for key in ("visemix", "hardware", "python", "torch")
    }
    plugins = reader.free_entries(found["plugins"], "plugins")
    recipe = reader.free_entries(found["recipe"], "recipe")
    options = reader.free_entries(found["options"], "options")
    return Lock(
        recipe={key: plain(node) for key, node in recipe.items()},
        plugins={key: reader.text(node, f"plugins.{key}") for key, node in plugins.items()},
        files=_files(reader, found["files"], "files"),
        inputs=_files(reader, found["inputs"], "inputs"),
        options={key: plain(node) for key, node in options.items()},
        seed=reader.integer(found["seed"], "seed", 0, 2**63 - 1),
        **texts,
    )


def _files(reader: StrictReader, node: Node, what: str) -> dict[str, LockedFile]:
    keys = ("path", "sha256")
    files = {}
    for name, child in reader.free_entries(node, what).items():
        found = reader.entries(child, f"{what}.{name}", keys, keys)
        texts = {key: reader.text(item, key) for key, item in found.items()}
        files[name] = LockedFile(texts.get("path", ""), texts.get("sha256", ""))
    return files
