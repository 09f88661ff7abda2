"""The ``ablations`` of a recipe: the switches that its paper turns, and the figures it prints.

In a recipe::

    ablations:
      source: "Doe 2024, table 5 (GRID)"        # where the quoted figures come from
      rows:
        full: {quoted: {psnr: 27.1}}            # the recipe as it is
        no-l1: {set: [training.weights.l1=0], train: true, quoted: {psnr: 26.516}}
        fixed-head: {set: [attribute_model.predict_pose=false]}

``train`` says that the change matters in training, so the row needs a checkpoint of its own.
"""

import re
from collections.abc import Mapping

import attrs

from visemix.registry.node import Node
from visemix.registry.strict import StrictReader

_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")


@attrs.frozen
class Ablation:
    """One row of an ablation table.

    Attributes:
        name: of the row; also that of the folder of its checkpoint.
        changes: "key.key=value" each, as of ``--set``.
        trained: whether it needs training of its own.
        quoted: metric -> what the paper prints.
    """

    name: str
    changes: tuple[str, ...] = ()
    trained: bool = False
    quoted: Mapping[str, float] = attrs.field(factory=dict)


@attrs.frozen
class Ablations:
    """The ablations of a recipe.

    Attributes:
        source: of the quoted figures.
        rows: in the recipe's order.
    """

    source: str = ""
    rows: tuple[Ablation, ...] = ()


def read_ablations(reader: StrictReader, node: Node | None) -> Ablations:
    """The ablations in a recipe, if there are any; problems go to ``reader``."""
    if node is None:
        return Ablations()
    found = reader.entries(node, "ablations", ("source", "rows"), ("rows",))
    source = reader.text(found["source"], "ablations.source") if "source" in found else ""
    entries = reader.free_entries(found["rows"], "ablations.rows") if "rows" in found else {}
    rows = tuple(_row(reader, name, child) for name, child in entries.items())
    for row in rows:
        if not _NAME.fullmatch(row.name):
            do = "use small letters, digits, '-', '_' and '.'"
            what = f"{row.name!r} cannot be an ablation's name"
            reader.problem(what, found["rows"].keys[row.name], do)
        if row.quoted and not source:
            do = "add 'source: PAPER, table'"
            reader.problem("quoted figures need a source", node.place, do)
    return Ablations(source, rows)


def _row(reader: StrictReader, name: str, node: Node) -> Ablation:
    what = f"ablations.rows.{name}"
    found = reader.entries(node, what, ("set", "train", "quoted"))
    changes = reader.texts(found["set"], f"{what}.set") if "set" in found else ()
    for change in changes:
        if not change.partition("=")[2]:
            do = "write KEY=VALUE, as --set takes it"
            reader.problem(f"{what}: {change!r} changes nothing", found["set"].place, do)
    quoted = reader.free_entries(found["quoted"], f"{what}.quoted") if "quoted" in found else {}
    return Ablation(
        name,
        changes,
        reader.boolean(found["train"], f"{what}.train") if "train" in found else False,
        {
            metric: reader.number(child, f"{what}.quoted.{metric}", -1e9, 1e9)
            for metric, child in quoted.items()
        },
    )
