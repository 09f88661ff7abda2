"""One-photo systems on GRID: prepare its clips, train, measure what was held out.

    python -m benchmarks.grid prepare DATA                       needs the clips and a tracker
    python -m benchmarks.grid train DATA RUNS [NAME ...]         needs DATA/train only
    python -m benchmarks.grid measure DATA RUNS [NAME ...]       needs the clips and a tracker

DATA gets three folders of prepared clips: ``train`` (13 utterances of one speaker), ``held`` (4
more of the same speaker) and ``other`` (10 of other speakers), with the features of their sound.
RUNS gets one run of ``visemix train`` for every NAME of the recipe's VARIANTS, all of them if none
is named. ``--recipe audio2au`` is the other system; it hears MFCC, so it needs folders of its own.
``--set KEY=VALUE`` changes the recipe, ``--low-rate`` listens at 16 kHz (give it to all three);
small enough for two CPU cores are ``--recipe temporal-gan/small`` (with clips that were prepared by
it) and ``--recipe audio2au/small``. What follows ``--`` is passed on to ``visemix train``, such as
``--precision bf16-mixed --compile``.

Measured are the held-out utterances, said by their first frame: PSNR, SSIM and CPBD of the aligned
pictures, the correlation of the lip gap with the truth, F1 and accuracy of the estimated action
units (present from 1 of 5 on), blinks per second. The control is that first frame, standing
still, on the same crop: figures without it mean nothing, for crops differ. A second one has the
true mouth in it: what perfect lips in a head that stands still would score.
"""

import argparse
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import attrs

from benchmarks.clips import MEDIA
from benchmarks.grid_quality import Figures, control, mean, measure, perfect_mouth
from visemix.core.training.dataset import cached_features
from visemix.registry.api import pipeline_of
from visemix.registry.build import build
from visemix.registry.features import FeatureMaker, feature_key
from visemix.registry.hardware import hardware_line

CLIPS = MEDIA / "grid_s1_mpg"
HELD_OUT = 4
OTHERS = "other_"
SETS = ("train", "held", "other")
RESULTS = Path(__file__).parent / "results"

TEMPORAL_GAN = {
    "full": (),
    "no-adversarial": ("training.weights.adversarial=0",),
    "no-l1": ("training.weights.l1=0",),
    "no-image": ("discriminators.0.weight=0",),
    "no-sync": ("discriminators.1.weight=0",),
    "no-sequence": ("discriminators.2.weight=0",),
    "no-skips": ("refiner.skips=false",),
    "no-noise": ("attribute_model.noise=0",),
    "full-l1": ("refiner.l1_region=full",),
    "static": (
        "attribute_model.temporal=false",
        "discriminators.1.weight=0",
        "discriminators.2.weight=0",
    ),
}
"""The ablations of table 5, and the static baseline."""

NO_AUDIO2AU = ("refiner.use_audio2au=false",)
NO_AU = ("training.weights.au=0", *NO_AUDIO2AU)
NO_ADVERSARIAL = ("training.weights.adversarial=0", *NO_AU)
NO_IDENTITY = ("training.weights.identity=0", *NO_ADVERSARIAL)

AUDIO2AU = {
    "full": (),
    "no-audio2au": NO_AUDIO2AU,
    "no-au": NO_AU,
    "no-adversarial": NO_ADVERSARIAL,
    "no-identity": NO_IDENTITY,
    "reconstruction": ("training.weights.perceptual=0", *NO_IDENTITY),
    "sequence-scope": ("attribute_model.au_rnn_scope=sequence",),
}
"""The rows of its table, each without what the next ones are without."""

VARIANTS: dict[str, dict[str, tuple[str, ...]]] = {
    "temporal-gan": TEMPORAL_GAN,
    "audio2au": AUDIO2AU,
}
NAMES = [*TEMPORAL_GAN, *AUDIO2AU]

LOW_RATE = ("audio_encoder.rate=16000", "attribute_model.rate=16000")
"""Prepared clips have sound at 16 kHz anyway; a third of the data, no resampling to train."""


def main() -> None:
    args, passed_on = _arguments()
    system = args.recipe.partition("/")[0]
    variants = VARIANTS[system]
    sets = [*(LOW_RATE if args.low_rate else ()), *args.sets]
    if args.action == "prepare":
        prepare(args.data, args.recipe, sets)
    elif args.action == "train":
        for name in args.names or variants:
            run, changes = args.runs / name, [*variants[name], *sets]
            train(args.data / "train", run, args.recipe, changes, passed_on)
    else:
        names = args.names or [name for name in variants if (args.runs / name / "weights").is_dir()]
        keep({name: report(args.data, args.runs / name) for name in names}, args.recipe)


def _arguments() -> tuple[argparse.Namespace, list[str]]:
    words = sys.argv[1:]
    place = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    actions = parser.add_subparsers(dest="action", required=True)
    for action in ("prepare", "train", "measure"):
        one = actions.add_parser(action)
        one.add_argument("data", type=Path)
        if action != "prepare":
            one.add_argument("runs", type=Path)
            one.add_argument(
                "names", nargs="*", metavar="NAME", help=", ".join(TEMPORAL_GAN | AUDIO2AU)
            )
        one.add_argument("--recipe", default="temporal-gan")
        one.add_argument("--set", dest="sets", action="append", default=[], metavar="KEY=VALUE")
        one.add_argument("--low-rate", action="store_true", help="listen at 16 kHz")
    return parser.parse_args(words[:place]), words[place + 1 :]


def prepare(data: Path, recipe: str, sets: list[str]) -> None:
    """Track every clip once, and keep the features of its sound beside it."""
    if not CLIPS.is_dir():
        raise SystemExit(f"the clips are not there: {CLIPS}")
    built = build(recipe, sets)
    pipeline, make = pipeline_of(built), FeatureMaker(built.parts.audio_encoder)
    for path, folder in places(data):
        subject = pipeline.prepare(path, folder=folder)
        if subject.audio is not None:
            cached_features(subject, make, feature_key(built))
        print(folder)


def places(data: Path) -> list[tuple[Path, Path]]:
    """Every clip and the folder of its subject."""
    clips = sorted(CLIPS.glob("*.mpg"))
    own = [clip for clip in clips if not clip.name.startswith(OTHERS)]
    sets = [own[:-HELD_OUT], own[-HELD_OUT:], [clip for clip in clips if clip not in own]]
    return [
        (clip, data / name / clip.stem)
        for name, some in zip(SETS, sets, strict=True)
        for clip in some
    ]


def train(data: Path, run: Path, recipe: str, sets: list[str], passed_on: list[str]) -> None:
    """One run, continued if it is there."""
    words = ["train", "--recipe", recipe, "--data", str(data), "-o", str(run), "--resume"]
    words += [word for change in sets for word in ("--set", change)] + passed_on
    print("visemix", *words)
    subprocess.run([sys.executable, "-m", "visemix", *words], check=True)


def report(data: Path, run: Path) -> dict[str, object]:
    """Figures of one run on what it has not seen, each beside its control."""
    made: dict[str, object] = {}
    for name in SETS[1:]:
        clips = [place for place in places(data) if place[1].parent.name == name]
        ours = [measure(run, clip, folder) for clip, folder in clips]
        still = [control(run, clip, folder) for clip, folder in clips]
        mouths = [perfect_mouth(run, clip, folder) for clip, folder in clips]
        made[name] = {
            "made": attrs.asdict(mean(ours)),
            "still": attrs.asdict(mean(still)),
            "still with the true mouth": {
                key: sum(row[key] for row in mouths) / len(mouths) for key in mouths[0]
            },
        }
        _print(run.name, name, mean(ours))
        _print("still", name, mean(still))
    return made


def _print(run: str, name: str, figures: Figures) -> None:
    numbers = "  ".join(f"{key} {value:.3f}" for key, value in attrs.asdict(figures).items())
    print(f"{run:16} {name:6} {numbers}")


def keep(rows: dict[str, object], recipe: str) -> None:
    """Add to the day's file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{date.today():%Y-%m-%d}-grid-{recipe.replace('/', '-')}.json"
    before = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**before, "hardware": hardware_line(), **rows}, indent=1) + "\n")
    print(f"kept in {path}")


if __name__ == "__main__":
    main()
