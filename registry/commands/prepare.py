"""``visemix prepare``: tracks references once, into subject folders (a training dataset)."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from visemix.core.errors import OutputError, VisemixError
from visemix.core.media.part_file import output_error
from visemix.registry.commands import COMMANDS
from visemix.registry.find_recipe import DEFAULT
from visemix.registry.option_values import face_number, seconds
from visemix.registry.terminal import add_json, add_set, complain, say, say_json

if TYPE_CHECKING:
    from visemix.core.values.subject import Subject
    from visemix.registry.progress_bar import ProgressBar
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
    parser.add_argument(
        "--face", type=face_number, metavar="N", help="which face, from the left, 0 first"
    )
    parser.add_argument(
        "--max-seconds", type=seconds, default=600.0, help="how much of each video (default: 600)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace other subjects there")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Run it; what is there already is not made again, what fails is told at the end."""
    from visemix.registry.progress_bar import ProgressBar

    names = subject_names(args.reference)
    make_folder(args.output)
    with ProgressBar() as progress:
        done, failed = _prepare(args, names, progress)
    _report(args, done, failed)
    if failed and args.debug:
        raise next(iter(failed.values()))
    for error in failed.values():
        complain(error)
    return 2 if failed else 0


def _prepare(
    args: argparse.Namespace, names: dict[Path, str], progress: "ProgressBar"
) -> "tuple[dict[Path, Subject], dict[Path, VisemixError]]":
    with progress.task("starting"):
        from visemix.registry.preparation import Preparation

        preparation = Preparation.of(args, progress)
    done: dict[Path, Subject] = {}
    failed: dict[Path, VisemixError] = {}
    for reference, name in names.items():
        try:
            done[reference] = preparation.prepare(reference, args.output / name)
        except VisemixError as error:
            failed[reference] = error
    return done, failed


def make_folder(folder: Path) -> None:
    """Make a folder and those around it.

    Raises:
        OutputError: it is a file, or cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise OutputError(
            "there is a file where a folder is needed", where=folder, do="name another folder"
        ) from None
    except OSError as error:
        raise output_error(error, folder) from None


def subject_names(references: list[Path]) -> dict[Path, str]:
    """A folder name for each reference: its stem.

    Raises:
        OutputError: two references would have the same name.
    """
    names: dict[Path, str] = {}
    for reference in references:
        name = reference.absolute().stem
        if name in names.values() and reference not in names:
            raise OutputError(
                f"two references are called {name!r}",
                where=reference,
                do="prepare them into different folders",
            )
        names[reference] = name
    return names


def _report(
    args: argparse.Namespace, done: "dict[Path, Subject]", failed: dict[Path, VisemixError]
) -> None:
    if args.json:
        prepared = {
            str(path): {"folder": str(s.folder), "frames": len(s.frames), "notes": list(s.notes)}
            for path, s in done.items()
        }
        problems = {str(path): str(error) for path, error in failed.items()}
        say_json({"prepared": prepared, "failed": problems})
        return
    for path, subject in done.items():
        say(f"{path}: {len(subject.frames)} frames in {subject.folder}")
