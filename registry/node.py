"""What a YAML file says, with the place of every key and value kept for messages."""

from collections.abc import Mapping
from typing import TypeGuard

import attrs

Plain = str | int | float | bool | list["Plain"] | dict[str, "Plain"] | None
"""Data without places: what JSON can hold."""


@attrs.frozen
class Node:
    """One value of a file.

    Attributes:
        value: a scalar, a list of nodes, or key -> node in the file's order.
        place: "file:line:column" of the value, or the option that gave it.
        keys: key -> place of the key itself.
    """

    value: "str | int | float | bool | list[Node] | dict[str, Node] | None"
    place: str
    keys: Mapping[str, str] = attrs.field(factory=dict)


def is_entries(value: object) -> TypeGuard[dict[str, Node]]:
    """Whether the value of a node is a mapping."""
    return isinstance(value, dict)


def is_items(value: object) -> TypeGuard[list[Node]]:
    """Whether the value of a node is a list."""
    return isinstance(value, list)


def plain(node: Node) -> Plain:
    """The data of a node without the places.

    >>> plain(tree({"video": {"fps": 25}}, "x"))
    {'video': {'fps': 25}}
    """
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def tree(data: object, place: str) -> Node:
    """Nodes for data that comes from no YAML file; every place is ``place`` and the path."""
    if isinstance(data, Mapping):
        children = {str(key): tree(child, f"{place}.{key}") for key, child in data.items()}
        return Node(children, place, {key: f"{place}.{key}" for key in children})
    if isinstance(data, list | tuple):
        return Node([tree(child, f"{place}.{i}") for i, child in enumerate(data)], place)
    if data is None or isinstance(data, str | int | float | bool):
        return Node(data, place)
    return Node(str(data), place)


def describe(node: Node) -> str:
    """The value as a message names it.

    >>> describe(Node("25", "")), describe(Node(True, "")), describe(Node(None, ""))
    ("the text '25'", 'true', 'nothing')
    """
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {value if len(value) <= 60 else value[:57] + '...'!r}"
    if isinstance(value, int | float):
        return f"the number {value!r}"
    return "a list" if isinstance(value, list) else "a mapping"
