"""``visemix reproduce``: makes a video again from the lock inside it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from visemix.core.media.formats import container_of
from visemix.registry.commands import COMMANDS
from visemix.registry.commands.generate import refuse_output
from visemix.registry.terminal import add_json, say, say_json

if TYPE_CHECKING:
    from visemix.registry.terminal import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("reproduce", help=COMMANDS["reproduce"])
    parser.add_argument("video", type=Path, help="a video that visemix made")
    parser.add_argument(
        "-o", "--output", type=Path, help="default: the video's name with .again before .mp4"
    )
    parser.add_argument("--audio", type=Path, help="where the sound file is now, if it moved")
    parser.add_argument("--reference", type=Path, help="where the reference is now, if it moved")
    parser.add_argument("--checkpoint", type=Path, help="where the weights are now, if they moved")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing output")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Run it; what is not as it was then is told."""
    from visemix.registry.locked_video import LockedVideo
    from visemix.registry.progress_bar import ProgressBar

    output = args.output or args.video.with_suffix(f".again{args.video.suffix}")
    video = LockedVideo.read(args.video)
    container_of(output)
    inputs = [args.video, video.audio(args.audio), video.reference(args.reference)]
    refuse_output(output, args.overwrite, inputs)
    with ProgressBar() as progress:
        clip = video.clip(args, progress)
        differences = video.differences(clip)
        for difference in differences:
            progress.note(difference)
        clip.save(output, overwrite=args.overwrite)
    if args.json:
        say_json({"written": [str(output)], "differences": differences, "notes": progress.notes})
    else:
        say(f"wrote {output}")
    return 0
