"""``visemix prepare``: tracks references once, into subject folders (a training dataset)."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from visemix.core.errors import OutputError, VisemixError
from visemix.registry.commands import COMMANDS
from visemix.registry.find_recipe import DEFAULT
from visemix.registry.terminal import add_json, add_set, say, say_json

if TYPE_CHECKING:
    from visemix.core.values.subject import Subject
    from visemix.registry.terminal import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("prepare", help=COMMANDS["prepare"])
    parser.add_argument("reference", type=Path, nargs="+", help="videos or photos")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        help="folder; each reference gets a subject folder of its name in it",
    )
    parser.add_argument(
        "--recipe", default=DEFAULT, help="whose tracker, face model and features (%(default)s)"
    )
    add_set(parser)
    parser.add_argument("--face", type=int, metavar="N", help="which face, from the left")
    parser.add_argument(
        "--max-seconds", type=float, default=600.0, help="how much of each video (default: 600)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace other subjects there")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Run it; what is there already is not made again, what fails is told at the end."""
    from visemix.registry.preparation import Preparation
    from visemix.registry.progress_bar import ProgressBar

    names = subject_names(args.reference)
    args.output.mkdir(parents=True, exist_ok=True)
    done: dict[str, Subject] = {}
    failed: dict[str, VisemixError] = {}
    with ProgressBar() as progress:
        preparation = Preparation.of(args, progress)
        for reference, name in names.items():
            try:
                done[str(reference)] = preparation.prepare(reference, args.output / name)
            except VisemixError as error:
                failed[str(reference)] = error
                progress.note(str(error))
    _report(args, done, failed)
    if failed:
        raise next(iter(failed.values()))
    return 0


def subject_names(references: list[Path]) -> dict[Path, str]:
    """A folder name for each reference: its stem.

    Raises:
        OutputError: two references would have the same name.
    """
    names: dict[Path, str] = {}
    for reference in references:
        if reference.stem in names.values() and reference not in names:
            raise OutputError(
                f"two references are called {reference.stem!r}",
                where=reference,
                do="prepare them into different folders",
            )
        names[reference] = reference.stem
    return names


def _report(
    args: argparse.Namespace, done: "dict[str, Subject]", failed: dict[str, VisemixError]
) -> None:
    if args.json:
        prepared = {
            path: {"folder": str(s.folder), "frames": len(s.frames), "notes": list(s.notes)}
            for path, s in done.items()
        }
        say_json({"prepared": prepared, "failed": {k: str(e) for k, e in failed.items()}})
        return
    for path, subject in done.items():
        say(f"{path}: {len(subject.frames)} frames in {subject.folder}")
