"""Reads nodes strictly: nothing is converted, nothing unknown is passed over, all is reported."""

from collections.abc import Collection, Iterable, Mapping

from visemix.core.errors import VisemixError
from visemix.registry.names import advice
from visemix.registry.node import Node, describe, is_entries, is_items


class StrictReader:
    """Takes typed values out of nodes and collects what is wrong with them.

    After a problem the methods give a harmless value, so that one pass finds every problem; the
    caller looks at ``problems`` before using anything.

    Args:
        kind: the error to make of each problem.
    """

    def __init__(self, kind: type[VisemixError]) -> None:
        self.kind = kind
        self.problems: list[VisemixError] = []

    def problem(self, what: str, where: str, do: str = "") -> None:
        """Note one problem."""
        self.problems.append(self.kind(what, where=where, do=do))

    def expect(self, expected: str, node: Node, what: str) -> None:
        """Note that ``what`` should have been something else."""
        hint = ""
        if expected == "text" and isinstance(node.value, int | float):
            hint = "put it in quotes"
        elif "number" in expected and isinstance(node.value, str) and _is_number(node.value):
            hint = "write it without quotes"
        self.problem(f"{what}: expected {expected}, got {describe(node)}", node.place, hint)

    def entries(
        self, node: Node, what: str, valid: Collection[str], required: Iterable[str] = ()
    ) -> Mapping[str, Node]:
        """The entries of a mapping that may have the ``valid`` keys."""
        found = self.free_entries(node, what)
        for key in found:
            if key not in valid:
                self.problem(f"unknown key {key!r} in {what}", node.keys[key], advice(key, valid))
        if is_entries(node.value):
            for key in required:
                if key not in found:
                    self.problem(f"{what} lacks the key {key!r}", node.place, f"add '{key}: ...'")
        return {key: child for key, child in found.items() if key in valid}

    def free_entries(self, node: Node, what: str) -> Mapping[str, Node]:
        """The entries of a mapping with any keys."""
        if is_entries(node.value):
            return node.value
        self.expect("a mapping", node, what)
        return {}

    def items(self, node: Node, what: str) -> list[Node]:
        """The items of a list."""
        if is_items(node.value):
            return node.value
        self.expect("a list", node, what)
        return []

    def text(self, node: Node, what: str, choices: Collection[str] = ()) -> str:
        """Text, one of ``choices`` if there are any."""
        if not isinstance(node.value, str):
            self.expect("text", node, what)
            return ""
        if choices and node.value not in choices:
            self.problem(
                f"{what} cannot be {node.value!r}", node.place, advice(node.value, choices)
            )
        return node.value

    def texts(self, node: Node, what: str, choices: Collection[str] = ()) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self.text(child, what, choices) for child in self.items(node, what))

    def integer(self, node: Node, what: str, low: float, high: float) -> int:
        """A whole number in [low, high]."""
        if not isinstance(node.value, int) or isinstance(node.value, bool):
            self.expect("a whole number", node, what)
            return 0
        self._limits(node.value, node, what, (low, high))
        return node.value

    def number(self, node: Node, what: str, low: float, high: float) -> float:
        """A number in [low, high]; a whole number is one too."""
        if not isinstance(node.value, int | float) or isinstance(node.value, bool):
            self.expect("a number", node, what)
            return 0.0
        self._limits(node.value, node, what, (low, high))
        return float(node.value)

    def boolean(self, node: Node, what: str) -> bool:
        """True or false."""
        if not isinstance(node.value, bool):
            self.expect("true or false", node, what)
        return node.value is True

    def _limits(self, value: float, node: Node, what: str, limits: tuple[float, float]) -> None:
        low, high = limits
        if not low <= value <= high:
            self.problem(f"{what}: expected {_range(low, high)}, got {value!r}", node.place)


def _range(low: float, high: float) -> str:
    if low == high:
        return f"{low:g}"
    if high == float("inf"):
        return f"at least {low:g}"
    return f"at most {high:g}" if low == -float("inf") else f"{low:g} to {high:g}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
