"""The ``measure`` of a metric in a manifest: what its number means."""

import re

from visemix.core.contracts import BETTER, GROUPS, Measure
from visemix.core.judging.comparison import CONTROLS
from visemix.registry.node import Node
from visemix.registry.strict import StrictReader

KEYS = ("unit", "better", "group", "source", "version", "controls", "weights")
REQUIRED = ("unit", "better", "group", "source", "version")

_ORDER = re.compile(r"(\S+) > (\S+)")


def read_measure(reader: StrictReader, node: Node, part: str) -> Measure:
    """What the number of the metric ``part`` means."""
    what = f"{part}.measure"
    found = reader.entries(node, what, KEYS, REQUIRED)
    choices = {"better": BETTER, "group": GROUPS}
    says = {
        key: reader.text(found[key], f"{what}.{key}", choices.get(key, ()))
        for key in ("unit", "better", "group", "source")
        if key in found
    }
    version = found.get("version")
    return Measure(
        unit=says.get("unit", ""),
        better=says.get("better", BETTER[0]),
        group=says.get("group", GROUPS[0]),
        source=says.get("source", ""),
        version=1 if version is None else reader.integer(version, f"{what}.version", 1, 10**6),
        controls=_controls(reader, found["controls"], what) if "controls" in found else (),
        weights=_weights(reader, found["weights"], what) if "weights" in found else {},
    )


def _controls(reader: StrictReader, node: Node, what: str) -> tuple[str, ...]:
    orders = reader.texts(node, f"{what}.controls")
    for order in orders:
        match = _ORDER.fullmatch(order)
        if match is None or not set(match.groups()) <= set(CONTROLS):
            do = f'write "re-encoded > still", of {", ".join(CONTROLS)}'
            reader.problem(f"{what}.controls: {order!r} is no order", node.place, do)
    return orders


def _weights(reader: StrictReader, node: Node, what: str) -> dict[str, str]:
    entries = reader.free_entries(node, f"{what}.weights")
    return {name: reader.text(child, f"{what}.weights.{name}") for name, child in entries.items()}
