"""A generator that learned other people, shown K pictures of somebody new, and tuned on these.

    python -m benchmarks.rhythmic_tuning RUN [--clip address] [--references 8] [--steps 40 200]
        [--keep] [--sheet FILE]

RUN is the folder of a variant that ``benchmarks.rhythmic_generator --run`` has trained, at the same
sizes. Of the clip only K references of its first frames are learned from (stage "fine-tune"); a
part of the rest is compared as there.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import attrs
import torch

from benchmarks.composite import Halves
from benchmarks.likeness import HEAD, Row, rows, sheet
from benchmarks.refiners import renders
from benchmarks.rhythmic_generator import (
    RECIPE,
    RESULTS,
    SMALL,
    few,
    halves,
    learn,
    matched,
    path_of,
    shown,
)
from visemix.core.timeline import cut
from visemix.core.training.session import load_part
from visemix.core.training.stage import Trainable
from visemix.core.values.subject import Picture
from visemix.registry.build import Built, build
from visemix.registry.hardware import hardware_line

FRAMES = 300
COMPARED = 150


def tuned(args: argparse.Namespace, steps: int, half: Halves) -> Built:
    """The generator of RUN after some steps on the references; 0 leaves it as it is."""
    stages = [f"training.steps={max(steps, 1)}", "training.stages=[fine-tune]"]
    built = build(RECIPE, [*SMALL, *stages, *few(args.references)], training=True)
    assert isinstance(built.parts.refiner, Trainable)
    load_part(args.run, "refiner", built.parts.refiner)
    if steps:
        with tempfile.TemporaryDirectory() as scratch:
            spent = learn(built, [half.subject], Path(scratch))
        print(f"{steps} steps in {spent['training_s']:.1f} s", flush=True)
    return built


def main(arguments: Sequence[str] | None = None) -> None:
    args = _arguments(arguments)
    sets = [*SMALL, "refiner.paste=crop", *few(args.references)]
    built = build(RECIPE, [*sets, "training.stages=[fine-tune]"], training=True)
    whole = halves(built, path_of(args.clip), FRAMES)
    half = attrs.evolve(
        whole,
        attributes=cut(whole.attributes, 0, COMPARED),
        track=cut(whole.track, 0, COMPARED),
        pictures=whole.pictures[:COMPARED],
    )
    columns: dict[str, list[Picture]] = {
        "projected image": renders(built.parts, half),
        "matched reference": matched(built.parts, half),
    }
    for steps in (0, *args.steps):
        columns[f"{steps} steps"] = shown(tuned(args, steps, half), half, sets)
    _report(args, rows(columns, half))
    if args.sheet:
        sheet(args.sheet, columns, half)


def _report(args: argparse.Namespace, found: dict[str, Row]) -> None:
    print(f"{hardware_line()} | {args.clip}, K = {args.references}\n{HEAD}")
    for name, row in found.items():
        print(row.line(name))
    if not args.keep:
        return
    path = RESULTS / f"{date.today():%Y-%m-%d}-rhythmic-generator.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    kept[f"fine-tuned on {args.references} pictures of {args.clip}"] = {
        "hardware": hardware_line(),
        **{name: row.figures() for name, row in found.items()},
    }
    path.write_text(json.dumps(kept, indent=1) + "\n")


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of a trained variant")
    parser.add_argument("--clip", default="address")
    parser.add_argument("--references", type=int, default=8)
    parser.add_argument("--steps", type=int, nargs="+", default=[40, 200])
    parser.add_argument("--keep", action="store_true", help="write benchmarks/results")
    parser.add_argument("--sheet", type=Path, help="PNG of held-out frames")
    return parser.parse_args(given)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
