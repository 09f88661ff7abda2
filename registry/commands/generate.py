"""``visemix generate``: audio + reference -> a talking-face video."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from visemix.core.errors import OutputError
from visemix.registry.commands import COMMANDS
from visemix.registry.find_recipe import DEFAULT
from visemix.registry.terminal import add_json, add_set, say, say_json

if TYPE_CHECKING:
    from visemix.core.talking import MadeFrom, Pipeline
    from visemix.core.values.subject import Subject
    from visemix.registry.terminal import Subparsers

PREVIEW_S = 1.0


def add_parser(subparsers: "Subparsers") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("generate", help=COMMANDS["generate"])
    parser.add_argument("--audio", type=Path, required=True, help="what is said: any sound file")
    parser.add_argument(
        "--reference",
        type=Path,
        required=True,
        help="who says it: a video, a photo, or a folder made by 'visemix prepare'",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="the video to write")
    add_making(parser)
    parser.add_argument(
        "--preview",
        action="store_true",
        help="make one second only, and a contact sheet beside it (.png)",
    )


def add_making(parser: argparse.ArgumentParser) -> None:
    """Options of every command that makes a video."""
    parser.add_argument(
        "--recipe", default=DEFAULT, help="a recipe's name or a YAML file (default: %(default)s)"
    )
    parser.add_argument("--checkpoint", type=Path, help="folder that 'visemix train' wrote")
    add_set(parser)
    parser.add_argument("--seed", type=int, default=0, help="of everything random (default: 0)")
    parser.add_argument(
        "--face",
        type=int,
        metavar="N",
        help="which face of the reference, from the left, 0 first (default: the largest)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an existing output")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Run it."""
    from visemix.registry.progress_bar import ProgressBar

    refuse_existing(args.output, args.overwrite)
    seconds = PREVIEW_S if args.preview else None
    with ProgressBar() as progress:
        from visemix.registry import api

        if args.checkpoint is not None:
            api.check_checkpoint(args.checkpoint)
        pipeline = api.load(
            args.recipe, args.overrides, checkpoint=args.checkpoint, progress=progress
        )
        subject, origin = subject_of(pipeline, args.reference, args.face)
        clip = pipeline.generate(
            args.audio, subject, seed=args.seed, seconds=seconds, made_from=origin
        )
        made = [clip.save(args.output, overwrite=args.overwrite)]
        if args.preview:
            made.append(clip.sheet(args.output.with_suffix(".png")))
    report(made, args.json)
    return 0


def subject_of(
    pipeline: "Pipeline", reference: Path, face: int | None
) -> "tuple[Subject, MadeFrom]":
    """The prepared subject, from a folder, from the cache, or made now."""
    from visemix.core.subjects.folder import is_subject
    from visemix.core.talking import MadeFrom
    from visemix.registry.subject_cache import subject_folder, touch_and_prune

    origin = MadeFrom(reference, face)
    if reference.is_dir() or is_subject(reference):
        return pipeline.prepare(reference), origin
    key = f"{pipeline.settings.key} {pipeline.settings.fps:g} {pipeline.settings.max_seconds:g}"
    folder = subject_folder(reference, key, face)
    subject = pipeline.prepare(reference, face=face, folder=folder)
    touch_and_prune(folder)
    return subject, origin


def refuse_existing(output: Path, overwrite: bool) -> None:
    """Say so before the work, not after it.

    Raises:
        OutputError: the output exists and may not be replaced, or has no folder to go to.
    """
    if output.exists() and not overwrite:
        raise OutputError(
            "it exists already", where=output, do="add --overwrite, or choose another name"
        )
    if not output.absolute().parent.is_dir():
        raise OutputError(
            f"the folder {output.absolute().parent} does not exist",
            where=output,
            do="make it first, or choose another",
        )


def report(made: list[Path], as_json: bool) -> None:
    """Say what was written."""
    if as_json:
        say_json({"written": [str(path) for path in made]})
    else:
        for path in made:
            say(f"wrote {path}")
