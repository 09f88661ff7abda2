"""``visemix generate``: audio + reference -> a talking-face video."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from visemix.core.errors import OutputError
from visemix.core.media.formats import container_of
from visemix.core.media.part_file import PartFile
from visemix.registry.commands import COMMANDS
from visemix.registry.find_recipe import DEFAULT
from visemix.registry.option_values import face_number, seed
from visemix.registry.terminal import add_json, add_set, say, say_json

if TYPE_CHECKING:
    from visemix.core.talking import Clip
    from visemix.registry.progress_bar import ProgressBar
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


def add_making(parser: argparse.ArgumentParser) -> None:
    """Options of every command that makes a video."""
    parser.add_argument(
        "--recipe",
        help=f"a recipe's name or a YAML file (default: the checkpoint's, else {DEFAULT!r})",
    )
    parser.add_argument("--checkpoint", type=Path, help="folder that 'visemix train' wrote")
    add_set(parser)
    parser.add_argument("--seed", type=seed, default=0, help="of everything random (default: 0)")
    parser.add_argument(
        "--face",
        type=face_number,
        metavar="N",
        help="which face of the reference, from the left, 0 first (default: the largest)",
    )
    parser.add_argument(
        "--preview",
        action="store_true",
        help="make one second only, and a contact sheet beside it (.png)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an existing output")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Run it."""
    sheet = args.output.with_suffix(".png") if args.preview else None
    container_of(args.output)
    for output in filter(None, (args.output, sheet)):
        refuse_output(output, args.overwrite, [args.audio, args.reference])

    from visemix.core.media.audio_in import require_sound
    from visemix.registry.progress_bar import ProgressBar

    require_sound(args.audio)  # before minutes of tracking, not after
    with ProgressBar() as progress:
        from visemix.registry.subject_cache import healing

        clip = _clip(args, progress)
        with healing(clip.subject):
            made = [clip.save(args.output, overwrite=args.overwrite)]
            if sheet is not None:
                made.append(clip.sheet(sheet, overwrite=args.overwrite))
    if args.json:
        say_json({"written": [str(path) for path in made], "notes": progress.notes})
    else:
        for path in made:
            say(f"wrote {path}")
    return 0


def _clip(args: argparse.Namespace, progress: "ProgressBar") -> "Clip":
    """The video that was asked for, about to be made."""
    with progress.task("starting"):
        from visemix.registry import api
        from visemix.registry.reference_subject import subject_of

        recipe = args.recipe or args.checkpoint or DEFAULT
        pipeline = api.load(recipe, args.overrides, checkpoint=args.checkpoint, progress=progress)
    subject, origin = subject_of(pipeline, args.reference, args.face)
    seconds = PREVIEW_S if args.preview else None
    return pipeline.generate(args.audio, subject, seed=args.seed, seconds=seconds, made_from=origin)


def refuse_output(output: Path, overwrite: bool, inputs: list[Path]) -> None:
    """Say before the work, not after it, that its result could not be written.

    Raises:
        OutputError: the output exists and may not be replaced, is an input, has no folder to go
            to, or its folder cannot be written.
    """
    folder = output.absolute().parent
    if not folder.is_dir():
        raise OutputError(f"the folder {folder} does not exist", where=output, do="make it first")
    if output.exists() and any(path.exists() and output.samefile(path) for path in inputs):
        raise OutputError(
            "it would replace the file it is made from", where=output, do="choose another name"
        )
    if output.is_file() and not overwrite:
        raise OutputError(
            "it exists already", where=output, do="add --overwrite, or choose another name"
        )
    PartFile(output, overwrite).discard()
