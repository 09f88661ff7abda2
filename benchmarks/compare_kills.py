"""A comparison that is killed at random moments, against one that is not.

    python -m benchmarks.compare_kills ROW ... -o FOLDER [--kills 10] [--seed 0] [--within S]
        [--set [ROW:]KEY=VALUE ...] [--jobs 2]

ROWs are those of ``visemix compare`` (a recipe, or LABEL=RUN of ``visemix train``). Each says one
second of three clips of the test media. The comparison is made once in peace, and once more under
``kill -9`` of all its processes at moments drawn from a uniform distribution (``--within``: the
latest, in seconds after the start; a share of the time of the peaceful one unless it is said). What
both reports tell is then compared: every value of every clip (no times are among them), every
failure, and the pictures of every video; the rest of a report follows from these. Exit code 1 if
anything differs.
"""

import argparse
import csv
import os
import random
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

from benchmarks.clips import CLIPS, MEDIA, Clip
from visemix.core.testing.videos import pictures_digest

TEST_S, REFERENCE_S = 1, 3
METRICS = ("psnr", "ssim", "lmd", "lip-gap", "mouth-distance", "pose-error", "jitter", "drift")
PROTOCOL = """\
visemix_protocol: 1
name: kills
summary: Three people, a second each.
license: research only
files: {{{files}}}
reference: video
personal: true
seeds: [0]
repeats: 1
canonical: {{fps: 25, crf: 18, height: 0}}
judging: {{crop: 256, tracker: {{part: mediapipe}}}}
clips:
{clips}
metrics: [{metrics}]
"""


def main() -> None:
    args = _arguments()
    args.output.mkdir(parents=True, exist_ok=True)
    file = args.output / "protocol.yaml"
    file.write_text(protocol())
    words = ["compare", *args.rows, "--data", str(MEDIA), "--protocol", str(file)]
    words += [word for change in args.sets for word in ("--set", change)]
    command = [sys.executable, "-m", "visemix", *words, "--jobs", str(args.jobs), "-o"]
    whole, killed = args.output / "whole", args.output / "killed"
    started = time.monotonic()
    subprocess.run([*command, str(whole)], check=False)
    spent = time.monotonic() - started
    print(f"in peace: {spent:.0f} s", flush=True)
    draw = random.Random(args.seed)
    for number in range(args.kills):
        moment = draw.uniform(0.5, args.within or 2 * spent / args.kills)
        print(f"kill {number + 1} after {moment:.1f} s:", _killed([*command, str(killed)], moment))
    started = time.monotonic()
    subprocess.run([*command, str(killed)], check=False)
    print(f"the rest: {time.monotonic() - started:.0f} s")
    wanted = told(whole)
    different = differences(wanted, told(killed))
    print(*different, sep="\n")
    print(f"{len(wanted)} things told, {len(different)} differ")
    raise SystemExit(1 if different else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="+", metavar="ROW")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--within", type=float, default=0.0)
    parser.add_argument(
        "--set", dest="sets", action="append", default=[], metavar="[ROW:]KEY=VALUE"
    )
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def protocol() -> str:
    """Of three clips."""
    clips = [clip for clip in CLIPS if clip.name in ("vlogger", "lecture", "german")]
    hashes = [f"{clip.file}: {sha256(clip.path.read_bytes()).hexdigest()}" for clip in clips]
    return PROTOCOL.format(
        files=", ".join(hashes),
        clips="\n".join(map(_entry, clips)),
        metrics=", ".join(METRICS),
    )


def _entry(clip: Clip) -> str:
    start = clip.split_s
    test = f"{{file: {clip.file}, from: {start:g}, to: {start + TEST_S:g}}}"
    reference = f"{{file: {clip.file}, to: {REFERENCE_S}}}"
    return f"  - {{name: {clip.name}, person: {clip.name}, test: {test}, reference: {reference}}}"


def _killed(command: list[str], moment: float) -> str:
    """Start it in a group of its own and kill the whole group; what it had made by then."""
    process = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    cases = Path(command[-1]) / "work" / "cases"
    return f"{sum(1 for _ in cases.glob('*/measured'))} cases were done"


def told(report: Path) -> dict[str, str]:
    """Everything that a report's pages are made from."""
    found = {}
    with (report / "values.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            key = [row[column] for column in ("system", "clip", "seed", "metric")]
            found[" ".join(key)] = f"{row['value']} {row['note']}"
    for video in sorted((report / "videos").rglob("*.mp4")):
        found[str(video.relative_to(report))] = pictures_digest(video)
    text = (report / "report.md").read_text()
    found["failures"] = text.partition("## Failures")[2].partition("\n## ")[0]
    return found


def differences(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """What only one of them says, or both say otherwise."""
    keys = sorted(one.keys() | other.keys())
    both = [(key, one.get(key), other.get(key)) for key in keys]
    return [f"{key}: {ours} | {theirs}" for key, ours, theirs in both if ours != theirs]


if __name__ == "__main__":
    main()
