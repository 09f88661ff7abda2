"""What commands have in common: output and options."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from visemix.core.errors import VisemixError

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def say(text: str = "") -> None:
    """One line on standard output."""
    sys.stdout.write(text + "\n")


def say_json(data: object) -> None:
    """Data for programs, on standard output."""
    sys.stdout.write(json.dumps(data, indent=1, ensure_ascii=False, default=str) + "\n")


def complain(error: VisemixError) -> None:
    """An error in one paragraph, on standard error."""
    sys.stderr.write(f"visemix: {error}\n")


def columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Rows as aligned lines.

    >>> columns([("a", "one"), ("long", "two")])
    ['a     one', 'long  two']
    """
    table = [list(row) for row in rows]
    if not table:
        return []
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]


def add_json(parser: argparse.ArgumentParser) -> None:
    """``--json``: the result, or the errors, as JSON on standard output."""
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def add_set(parser: argparse.ArgumentParser) -> None:
    """``--set KEY=VALUE``, as often as wanted."""
    parser.add_argument(
        "--set",
        dest="overrides",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="change one value of the recipe, such as refiner.window=6 (may be repeated)",
    )
