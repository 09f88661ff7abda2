"""``visemix reproduce``: makes a video again from the lock inside it."""

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from visemix.core.errors import MediaError, OutputError
from visemix.registry.commands import COMMANDS
from visemix.registry.terminal import add_json, say, say_json

if TYPE_CHECKING:
    from visemix.core.progress import Progress
    from visemix.registry.lock import Lock
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
    parser.add_argument("--overwrite", action="store_true", help="replace an existing output")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Run it."""
    from visemix.core.media.video_out import read_metadata
    from visemix.registry.api import LOCK_KEY
    from visemix.registry.commands.generate import refuse_existing
    from visemix.registry.lock import parse_lock
    from visemix.registry.progress_bar import ProgressBar

    metadata = read_metadata(args.video)
    if LOCK_KEY not in metadata:
        raise MediaError(
            "there is no lock in it, so how it was made is not known",
            where=args.video,
            do="give a video that visemix wrote and nobody encoded again",
        )
    lock = parse_lock(metadata[LOCK_KEY], str(args.video))
    output = args.output or args.video.with_suffix(f".again{args.video.suffix}")
    refuse_existing(output, args.overwrite)
    audio = _input(args.audio, lock, "audio")
    reference = _reference(args.reference, lock)
    with ProgressBar() as progress:
        differences = _differences(lock, audio, reference)
        for difference in differences:
            progress.note(difference)
        _make(lock, audio, reference, output, progress)
    if args.json:
        say_json({"written": [str(output)], "differences": differences})
    else:
        say(f"wrote {output}")
    return 0


def _input(given: Path | None, lock: "Lock", name: str) -> Path:
    if given is not None:
        return given
    locked = lock.inputs.get(name)
    if locked is None or not Path(locked.path).is_file():
        place = locked.path if locked else "not written down"
        raise OutputError(
            f"the {name} it was made from is not there any more ({place})",
            do=f"say where it is now with --{name}",
        )
    return Path(locked.path)


def _reference(given: Path | None, lock: "Lock") -> Path:
    folder = lock.options.get("subject_folder")
    if given is None and isinstance(folder, str):
        return Path(folder)
    return _input(given, lock, "reference")


def _differences(lock: "Lock", audio: Path, reference: Path) -> list[str]:
    """What is not as it was, so the video may differ."""
    from visemix.registry.installed import visemix_version
    from visemix.registry.lock import locked_file

    found = []
    if lock.visemix != visemix_version():
        found.append(f"it was made by visemix {lock.visemix}, this is {visemix_version()}")
    for name, path in (("audio", audio), ("reference", reference)):
        locked = lock.inputs.get(name)
        if locked and path.is_file() and locked_file(path).sha256 != locked.sha256:
            found.append(f"the {name} {path} is not the file that it was made from")
    return found


def _make(lock: "Lock", audio: Path, reference: Path, output: Path, progress: "Progress") -> None:
    from visemix.registry import api
    from visemix.registry.commands.generate import subject_of
    from visemix.registry.recipe_text import dump

    with tempfile.TemporaryDirectory(prefix="visemix-") as folder:
        recipe = Path(folder) / "recipe.yaml"
        recipe.write_text(dump(lock.recipe), encoding="utf-8")
        checkpoint = lock.options.get("checkpoint")
        pipeline = api.load(
            recipe, checkpoint=str(checkpoint) if checkpoint else None, progress=progress
        )
        face, seconds = lock.options.get("face"), lock.options.get("seconds")
        subject, origin = subject_of(pipeline, reference, face if isinstance(face, int) else None)
        clip = pipeline.generate(
            audio,
            subject,
            seed=lock.seed,
            seconds=float(seconds) if isinstance(seconds, int | float) else None,
            made_from=origin,
        )
        clip.save(output, overwrite=True)
