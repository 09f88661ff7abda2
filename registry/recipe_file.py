"""YAML -> recipe, strictly: every problem of the file is found, with its place.

Whether the named parts exist and take these settings is checked later (registry/check.py); this
needs no plugin.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from visemix.core.errors import RecipeError
from visemix.registry.ablation_entries import read_ablations
from visemix.registry.node import Node, is_entries, is_items
from visemix.registry.overrides import override
from visemix.registry.problems import raise_problems
from visemix.registry.recipe import (
    FORMAT,
    OPTIONAL_PARTS,
    PART_KEYS,
    Amount,
    DiscriminatorUse,
    PartUse,
    Recipe,
    Training,
    Video,
)
from visemix.registry.setting_values import SettingValue
from visemix.registry.strict import StrictReader
from visemix.registry.versions import is_range
from visemix.registry.yaml_text import read_yaml

KEYS = (
    *("visemix", "name", "requires", "video", *PART_KEYS),
    *("discriminators", "training", "ablations"),
)
REQUIRED = ("visemix", "name", *(key for key in PART_KEYS if key not in OPTIONAL_PARTS))
JUDGES = ("attributes", "frames", "sequence", "audio-video", "action-units")
MAX_INT = 2**31 - 1


def read_recipe(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """The recipe in a file.

    Args:
        path: a YAML file.
        overrides: "key.key=value" each, as of ``--set``.

    Raises:
        RecipeError: it cannot be read; one error per problem (RecipeProblems for several).
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as e:
        raise RecipeError(f"cannot be read: {e}", where=path, do="give a YAML file") from e
    return parse_recipe(text, str(path), overrides, path.parent)


def parse_recipe(
    text: str, name: str, overrides: Sequence[str] = (), folder: Path = Path()
) -> Recipe:
    """The recipe in a text; ``name`` stands for it in messages.

    Raises:
        RecipeError: as of :func:`read_recipe`.
    """
    reader = StrictReader(RecipeError)
    root = read_yaml(text, name, reader.problems, RecipeError)
    return recipe_of(override(reader, root, overrides), reader, folder)


def recipe_of(root: Node, reader: StrictReader, folder: Path = Path()) -> Recipe:
    """The recipe in a tree.

    Raises:
        RecipeError: as of :func:`read_recipe`; with what ``reader`` already found.
    """
    found = reader.entries(root, "the recipe", KEYS, REQUIRED)
    empty = Node({}, root.place)
    if "visemix" in found:
        reader.integer(found["visemix"], "visemix (recipe format)", FORMAT, FORMAT)
    critics = found.get("discriminators", Node([], root.place))
    recipe = Recipe(
        name=reader.text(found["name"], "name") if "name" in found else "",
        requires=_requires(reader, found.get("requires", empty)),
        video=_video(reader, found.get("video", empty)),
        parts={
            key: _part(reader, found[key], key, ("part", "otherwise"))
            for key in PART_KEYS
            if key in found
        },
        discriminators=tuple(
            _discriminator(reader, child) for child in reader.items(critics, "discriminators")
        ),
        training=_training(reader, found.get("training", empty)),
        ablations=read_ablations(reader, found.get("ablations")),
        folder=folder,
        places=dict(_places(root, "")),
    )
    raise_problems(reader.problems)
    return recipe


def _requires(reader: StrictReader, node: Node) -> dict[str, str]:
    ranges = {}
    for key, child in reader.free_entries(node, "requires").items():
        ranges[key] = reader.text(child, f"requires.{key}")
        if isinstance(child.value, str) and not is_range(child.value):
            do = 'write for example ">=0.1,<0.2"'
            reader.problem(f"{child.value!r} is no version range", child.place, do)
    return ranges


def _video(reader: StrictReader, node: Node) -> Video:
    found = reader.entries(node, "video", ("fps", "size"))
    video = Video()
    if "fps" in found:
        video = attrs.evolve(video, fps=reader.number(found["fps"], "video.fps", 1, 240))
    if "size" in found:
        video = attrs.evolve(video, size=reader.integer(found["size"], "video.size", 16, 4096))
    return video


def _part(reader: StrictReader, node: Node, what: str, own: Sequence[str]) -> PartUse:
    """A part's name and settings; ``own`` are the keys that are no settings."""
    entries = reader.free_entries(node, what)
    if is_entries(node.value) and "part" not in entries:
        reader.problem(f"{what} lacks the key 'part'", node.place, "add 'part: NAME'")
    names = {
        key: reader.text(entries[key], f"{what}.{key}")
        for key in ("part", "otherwise")
        if key in entries
    }
    settings = {
        key: _free_value(reader, child, f"{what}.{key}")
        for key, child in entries.items()
        if key not in own
    }
    return PartUse(names.get("part", ""), names.get("otherwise"), settings)


def _free_value(reader: StrictReader, node: Node, what: str) -> SettingValue:
    value = node.value
    if is_items(value):
        items = [child.value for child in value]
        scalars = [item for item in items if isinstance(item, str | int | float)]
        if len(scalars) < len(items):
            reader.expect("a list of text or numbers", node, what)
        return list(scalars)
    if isinstance(value, str | int | float) or value is None:
        return value
    reader.expect("a setting's value", node, what)
    return None


def _discriminator(reader: StrictReader, node: Node) -> DiscriminatorUse:
    own = ("part", "otherwise", "judges", "weight")
    use = _part(reader, node, "a discriminator", own)
    entries: Mapping[str, Node] = node.value if is_entries(node.value) else {}
    judges, weight = "", 1.0
    if "judges" in entries:
        judges = reader.text(entries["judges"], "judges", JUDGES)
    elif entries:
        reader.problem(
            "a discriminator lacks the key 'judges'", node.place, f"add one of {', '.join(JUDGES)}"
        )
    if "weight" in entries:
        weight = reader.number(entries["weight"], "weight", 0, 1e9)
    return DiscriminatorUse(use, judges, weight)


def _training(reader: StrictReader, node: Node) -> Training:
    keys = ("preset", "stages", "seed", "batch", "steps", "weights")
    found = reader.entries(node, "training", keys)
    weights = found.get("weights", Node({}, node.place))
    return Training(
        preset=reader.text(found["preset"], "training.preset") if "preset" in found else "paper",
        stages=reader.texts(found["stages"], "training.stages") if "stages" in found else (),
        seed=reader.integer(found["seed"], "training.seed", 0, MAX_INT) if "seed" in found else 0,
        batch=_amount(reader, found.get("batch"), "training.batch"),
        steps=_amount(reader, found.get("steps"), "training.steps"),
        weights={
            key: reader.number(child, f"training.weights.{key}", -1e9, 1e9)
            for key, child in reader.free_entries(weights, "training.weights").items()
        },
    )


def _amount(reader: StrictReader, node: Node | None, what: str) -> Amount:
    """One number, or stage -> number."""
    if node is None or node.value is None:
        return None
    if not is_entries(node.value):
        return reader.integer(node, what, 1, MAX_INT)
    return {
        stage: reader.integer(child, f"{what}.{stage}", 1, MAX_INT)
        for stage, child in node.value.items()
    }


def _places(node: Node, path: str) -> Iterator[tuple[str, str]]:
    yield path, node.place
    if is_entries(node.value):
        for key, child in node.value.items():
            below = f"{path}.{key}" if path else key
            yield f"{below}:key", node.keys[key]
            yield from _places(child, below)
    elif is_items(node.value):
        for index, child in enumerate(node.value):
            yield from _places(child, f"{path}.{index}")
