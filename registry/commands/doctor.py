"""``visemix doctor``: what works on this machine and what does not."""

import argparse
from typing import TYPE_CHECKING

import attrs

from visemix.registry.commands import COMMANDS
from visemix.registry.terminal import add_json, columns, say, say_json

if TYPE_CHECKING:
    from visemix.registry.terminal import Subparsers

SICK = 2
MARKS = {True: "ok", False: "WRONG", None: "note"}


def add_parser(subparsers: "Subparsers") -> None:
    """Declare the command."""
    add_json(subparsers.add_parser("doctor", help=COMMANDS["doctor"]))


def run(args: argparse.Namespace) -> int:
    """Run it."""
    from visemix.registry.health import examine  # imports torch and every plugin, takes seconds

    findings = examine()
    if args.json:
        say_json([attrs.asdict(finding) for finding in findings])
    else:
        for line in columns((MARKS[f.good], f.name, f.detail) for f in findings):
            say(line)
    return SICK if any(finding.good is False for finding in findings) else 0
