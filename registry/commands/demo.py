"""``visemix demo``: a talking-face video from media that visemix ships."""

import argparse
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from visemix.registry.commands import COMMANDS, generate

if TYPE_CHECKING:
    from visemix.registry.terminal import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("demo", help=COMMANDS["demo"])
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("demo.mp4"), help="default: %(default)s"
    )
    generate.add_making(parser)


def run(args: argparse.Namespace) -> int:
    """Run it: ``visemix generate`` with the shipped portrait and voice."""
    media = files("visemix.registry") / "demo"
    with as_file(media / "speech.wav") as audio, as_file(media / "astronaut.jpg") as photo:
        args.audio, args.reference = audio, photo
        return generate.run(args)
