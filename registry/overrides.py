"""``--set key.key=value`` laid over a recipe before it is read, so it is checked as strictly."""

from collections.abc import Sequence

import attrs

from visemix.core.errors import RecipeError
from visemix.registry.names import advice
from visemix.registry.node import Node, describe, is_entries, is_items
from visemix.registry.strict import StrictReader
from visemix.registry.yaml_text import read_yaml

SET = "--set "
"""How a place on the command line begins."""


def override(reader: StrictReader, root: Node, overrides: Sequence[str]) -> Node:
    """``root`` with every "a.b=value" set; the value is YAML, list items are numbered from 0."""
    for text in overrides:
        path, sign, value = text.partition("=")
        place = f"{SET}{path}"
        if not sign or not path or "" in path.split("."):
            reader.problem("expected KEY=VALUE", f"{SET}{text}", "write e.g. refiner.window=6")
            continue
        try:
            child = read_yaml(value, place, reader.problems, RecipeError)
        except RecipeError as e:
            reader.problems.append(RecipeError(e.what, where=place, do="quote the value"))
            continue
        root = _set(reader, root, path.split("."), _at(child, place), place)
    return root


def _set(reader: StrictReader, node: Node, path: Sequence[str], child: Node, place: str) -> Node:
    if not path:
        return child
    first, *rest = path
    if is_items(node.value):
        if not first.isdigit() or int(first) >= len(node.value):
            valid = [str(i) for i in range(len(node.value))]
            reader.problem(f"no item {first!r} in that list", place, advice(first, valid))
            return node
        items = list(node.value)
        items[int(first)] = _set(reader, items[int(first)], rest, child, place)
        return attrs.evolve(node, value=items)
    if node.value is not None and not is_entries(node.value):
        reader.problem(f"there is no {'.'.join(path)!r} in {describe(node)}", place)
        return node
    entries = dict(node.value) if is_entries(node.value) else {}
    below = entries.get(first, Node(None, place))
    entries[first] = _set(reader, below, rest, child, place)
    return attrs.evolve(node, value=entries, keys={first: place, **node.keys})


def _at(node: Node, place: str) -> Node:
    """``node`` with every place replaced: lines of a command line help nobody."""
    value = node.value
    if is_entries(value):
        value = {key: _at(child, place) for key, child in value.items()}
    elif is_items(value):
        value = [_at(child, place) for child in value]
    return Node(value, place, dict.fromkeys(node.keys, place))
