"""YAML text -> nodes: plain data only, and the place of everything.

Built on PyYAML's events rather than its loaders, which forget places, let a second key silently
replace the first, and run constructors for tags. Scalars follow YAML 1.2's core schema: ``yes``,
``010`` and ``2020-01-01`` are text.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from visemix.core.errors import VisemixError
from visemix.registry.node import Node

MAX_DEPTH = 30  # nested lists and mappings; also keeps libyaml away from its quadratic cases
MAX_BYTES = 1 << 20

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)?(\.[0-9]*)?([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def read_yaml(text: str, name: str, problems: list[VisemixError], kind: type[VisemixError]) -> Node:
    """The one document in ``text``.

    Args:
        text: the file's content.
        name: the file's name, for places.
        problems: gets what is wrong but does not stop reading (repeated keys, tags, anchors).
        kind: the error to make.

    Raises:
        VisemixError: of ``kind``; this is no YAML, or not one document.
    """
    if len(text) > MAX_BYTES:
        raise kind(f"longer than {MAX_BYTES} bytes", where=name, do="give a smaller file")
    try:
        return _Builder(text, name, problems, kind).document()
    except yaml.MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise kind(f"not valid YAML: {e.problem}", where=place, do="correct the syntax") from e
    except (yaml.YAMLError, UnicodeError, ValueError) as e:
        first = str(e).splitlines()[0]
        raise kind(f"not valid YAML: {first}", where=name, do="save it as UTF-8 text") from e


def scalar(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means.

    >>> scalar("25"), scalar("1e-3"), scalar("true"), scalar("no"), scalar("1.2.3")
    (25, 0.001, True, 'no', '1.2.3')
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and any(c.isdigit() for c in re.split("[eE]", text)[0]):
        number = float(text)
        return number if abs(number) < float("inf") else text
    return text


class _Builder:
    def __init__(
        self, text: str, name: str, problems: list[VisemixError], kind: type[VisemixError]
    ) -> None:
        # C events are 10 times faster; a PyYAML without libyaml still works
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._events: Iterator[Any] = yaml.parse(text, Loader=loader)
        self._name = name
        self._problems = problems
        self._kind = kind

    def document(self) -> Node:
        next(self._events)  # stream start
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            return Node(None, f"{self._name}:1:1")
        node = self._node(next(self._events), 0)
        next(self._events)  # document end
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise self._error("a second document", event, "keep one document per file")
        return node

    def _node(self, event: Any, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self._error("nested too deeply", event, f"nest at most {MAX_DEPTH} levels")
        place = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            self._report(f"the alias *{event.anchor}", event)
            return Node(None, place)
        if event.anchor is not None:
            self._report(f"the anchor &{event.anchor}", event)
        if event.tag is not None:
            self._report(f"the tag {event.tag}", event)
        if isinstance(event, yaml.ScalarEvent):
            quoted = event.style in ("'", '"', "|", ">")
            return Node(event.value if quoted else scalar(event.value), place)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(list(self._items(depth)), place)
        return self._mapping(place, depth)

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _mapping(self, place: str, depth: int) -> Node:
        children: dict[str, Node] = {}
        keys: dict[str, str] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error("a key that is not text", event, "write key: value")
            if event.tag is not None or event.anchor is not None:
                self._report("a tag or anchor on a key", event)
            child = self._node(next(self._events), depth + 1)
            key, key_place = event.value, self._place(event)
            if key in keys:
                self._problems.append(
                    self._kind(
                        f"the key {key!r} is here twice (first at {keys[key]})",
                        where=key_place,
                        do="remove one",
                    )
                )
                continue
            children[key], keys[key] = child, key_place
        return Node(children, place, keys)

    def _place(self, event: Any) -> str:
        return f"{self._name}:{event.start_mark.line + 1}:{event.start_mark.column + 1}"

    def _error(self, what: str, event: Any, do: str) -> VisemixError:
        return self._kind(what, where=self._place(event), do=do)

    def _report(self, what: str, event: Any) -> None:
        do = "write plain values; tags, anchors and aliases are not allowed"
        self._problems.append(self._error(what, event, do))
