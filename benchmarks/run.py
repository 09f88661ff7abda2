"""Prints every figure of the default recipe in one table and keeps it in benchmarks/results/.

make bench                                      everything but the long run
python -m benchmarks.run --only quality vlogger
python -m benchmarks.run --long                 also 20 minutes of sound (takes 15 minutes)
"""

import argparse
import json
import platform
import subprocess
import tempfile
from datetime import date
from pathlib import Path

import attrs

from benchmarks.clips import CLIPS, MEDIA, Clip
from benchmarks.quality import Quality, measure
from benchmarks.speed import Spent, command, end_to_end, quick
from visemix.registry.hardware import hardware_line

RESULTS = Path(__file__).parent / "results"
TABLE = "{:<46} {:>10} {:>10}  {}"
QUICK = (("--help",), ("plugins", "list"), ("recipe", "check", "default"))


def main() -> None:
    args = _arguments()
    clips = [c for c in CLIPS if not args.clips or c.name in args.clips]
    if not MEDIA.is_dir():
        raise SystemExit(f"the clips are not there: {MEDIA}")
    print(hardware_line(), f"| Python {platform.python_version()} | commit {_commit()}")
    print(TABLE.format("figure", "measured", "wanted", "covers"))
    rows: dict[str, object] = {}
    if args.only in (None, "quality"):
        rows["quality"] = [_quality(clip, args.keep) for clip in clips]
    if args.only in (None, "speed"):
        rows["speed"] = _speed(clips[0], long=args.long)
        rows["quick"] = {" ".join(words): _quick(words) for words in QUICK}
    _keep(rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", help="names of clips; all if none")
    parser.add_argument("--only", choices=("quality", "speed"))
    parser.add_argument("--long", action="store_true", help="also 20 minutes of sound")
    parser.add_argument("--keep", type=Path, help="folder to keep the videos in")
    return parser.parse_args()


def _quality(clip: Clip, keep: Path | None) -> dict[str, object]:
    found = measure(clip, keep)
    for name, wanted, covers in (
        ("lips", ">= 0.70", "correlation of the lip gap, tracked output against the truth"),
        ("mouth", "<= 0.82", "mouth-landmark distance over a constant mean mouth's"),
        ("head", ">= 0.85", "HS, joint range"),
        ("blinks", "0.7-1.3", "blinks per second over the reference's"),
        ("jitter", "<= 1.2", "over the real rest's"),
        ("prepare_fps", ">= 60", "decode, track, compress, fit; in one process, warm"),
        ("personalise_s", "<= 60", "seconds to learn the person"),
        ("generate_fps", "", "frames a second, encoding included, start-up not"),
    ):
        print(TABLE.format(f"{clip.name}: {name}", f"{getattr(found, name):.3f}", wanted, covers))
    assert isinstance(found, Quality)
    return attrs.asdict(found)


def _speed(clip: Clip, *, long: bool) -> dict[str, object]:
    spent: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = end_to_end(clip, folder, 20.0)
        _print_spent(f"{clip.name}: generate, 20 s", made, 20.0)
        spent["20 s"] = attrs.asdict(made)
        minute = end_to_end(clip, folder, 60.0)
        _print_spent(f"{clip.name}: generate, 60 s", minute, 60.0)
        spent["60 s"] = attrs.asdict(minute)
        if long:
            hours = end_to_end(clip, folder, 1200.0)
            _print_spent(f"{clip.name}: generate, 20 min", hours, 1200.0)
            spent["20 min"] = attrs.asdict(hours)
        again = command("prepare", clip.path, "-o", folder / "again", cache=folder)
        print(
            TABLE.format(f"{clip.name}: prepare, whole clip", f"{again.seconds:.1f} s", "", "CLI")
        )
    return spent


def _print_spent(name: str, spent: Spent, seconds: float) -> None:
    covers = "whole command, Python's start included"
    print(TABLE.format(f"{name}, fps", f"{seconds * 25 / spent.seconds:.1f}", ">= 25", covers))
    print(TABLE.format(f"{name}, peak MB", f"{spent.peak_mb:.0f}", "<= 2500", "resident memory"))


def _quick(words: tuple[str, ...]) -> float:
    seconds = quick(*words)
    covers = "median of 5, Python's start included"
    print(TABLE.format(f"visemix {' '.join(words)}, s", f"{seconds:.2f}", "<= 0.4", covers))
    return seconds


def _commit() -> str:
    words = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _keep(rows: dict[str, object]) -> None:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{date.today():%Y-%m-%d}-default.json"
    before = json.loads(path.read_text()) if path.exists() else {}
    about = {"hardware": hardware_line(), "commit": _commit()}
    path.write_text(json.dumps({**before, **about, **rows}, indent=1) + "\n")
    print(f"kept in {path}")


if __name__ == "__main__":
    main()
