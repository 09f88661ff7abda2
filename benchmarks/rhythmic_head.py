"""How well rhythmic head motion's learners do in sound that they did not learn from.

    visemix prepare CLIPS... -o FOLDER --recipe rhythmic-head
    python -m benchmarks.rhythmic_head learners --data FOLDER [--clip NAME ...] [--settings paper]
        [--steps E M] [--set KEY=VALUE ...] [--name NAME] [--pictures FOLDER]

Both networks learn in general from the clips in FOLDER but one; then its first seconds are their
reference and the sound of its rest drives them. No picture is made: what is compared are the
attributes, fitted on the whole clip.

Settings: "paper" (its sizes, losses and rates, hears the sound itself; on a CPU in few steps of
small batches) or "small" (for minutes of other people and seconds of the person: smaller networks
that hear disturbed features of Moonshine, and then learn from the reference, which the paper's only
look at).

Head motion: mean angle between the rotations, degrees, and HS (joint range); "mean" and "last" hold
the reference's mean or last pose. "spread" is the mean ratio of standard deviations. Expression:
mean distance of coefficients over that of the reference's constant mean ("squared": of their
squares); "lip gap": correlation of the distance between the lips, and ratio of its spreads.
"""

import argparse
import time
from pathlib import Path

import attrs
import torch

from benchmarks.clips import CLIPS, Clip
from benchmarks.learning import learn
from benchmarks.lstm_pose import Halves, halves_of, said_of_the_rest
from benchmarks.result_file import keep
from benchmarks.rhythmic_figures import Figures, figures
from visemix.core.drawing.landmark_map import draw_landmarks
from visemix.core.media.sheet import contact_sheet
from visemix.core.pipeline import personalised
from visemix.core.plots import attribute_curves, pose_traces
from visemix.core.progress import Quiet
from visemix.core.timeline import cut, join
from visemix.core.training.dataset import Dataset, Example, cached_features
from visemix.core.training.stage import Plan
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.subject import Subject
from visemix.registry.build import Built, build
from visemix.registry.commands.train import material_of
from visemix.registry.features import FeatureMaker, feature_key

EXPRESSION, MOTION = "attribute_model", "head_motion"
HEARING = ("features=[moonshine]", "rows=9", "width=576", "noise=0.8", "deaf=0.5", "rate=1e-3")
SETTINGS = {
    "paper": (),
    "small": (
        "audio_encoder.part=moonshine",
        *(f"{part}.{one}" for part in (EXPRESSION, MOTION) for one in HEARING),
        f"{EXPRESSION}.channels=64",
        f"{EXPRESSION}.narrow=16",
        f"{EXPRESSION}.reference=mean",
        f"{EXPRESSION}.personal_steps=150",
        f"{EXPRESSION}.smooth=7",
        f"{MOTION}.channels=64",
        f"{MOTION}.encoded=64",
        f"{MOTION}.middle=true",
        f"{MOTION}.base=32",
        f"{MOTION}.ahead=32",
        f"{MOTION}.hear_taps=51",
        f"{MOTION}.reference=0",
        f"{MOTION}.personal_ridge=1000",
        f"{MOTION}.spread=0.5",
    ),
}
STEPS = {"paper": (60, 30), "small": (400, 300)}
BATCH = {"paper": (16, 2), "small": (64, 32)}
SHEET = (12, 10)
"""Frames of a sheet, and frames from one to the next."""


def main() -> None:
    args = _arguments()
    torch.set_num_threads(1)
    rows = []
    for clip in (c for c in CLIPS if c.name in args.clip):
        rows.append(_one(clip, args))
        print(rows[-1], flush=True)
    steps = args.steps or STEPS[args.settings]
    about = {"settings": args.settings, "steps": steps, "batch": BATCH[args.settings]}
    about |= {"general": len(_subjects(args.data)) - 1}
    about |= {"set": args.set}
    keep(f"rhythmic-learners-{args.name or args.settings}", about, rows)


def _arguments() -> argparse.Namespace:
    names = [clip.name for clip in CLIPS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["learners"])
    parser.add_argument("--data", type=Path, required=True, help="prepared clips")
    parser.add_argument("--clip", nargs="+", default=names, choices=names)
    parser.add_argument("--settings", default="small", choices=list(SETTINGS))
    parser.add_argument("--steps", type=int, nargs=2, help="of expression and of head motion")
    parser.add_argument("--set", nargs="+", default=[], help="more settings, KEY=VALUE")
    parser.add_argument("--name", default="", help="of the results; the settings' if not given")
    parser.add_argument("--pictures", type=Path, help="folder for curves, traces and sheets")
    return parser.parse_args()


def _subjects(folder: Path) -> dict[str, Path]:
    return {file.parent.name: file.parent for file in sorted(folder.glob("*/subject.json"))}


def _one(clip: Clip, args: argparse.Namespace) -> Figures:
    built = build("rhythmic-head", [*SETTINGS[args.settings], *args.set], training=True)
    maker, key = FeatureMaker(built.parts.audio_encoder), feature_key(built)
    folders = _subjects(args.data)
    halves = halves_of(clip, Subject.load(folders.pop(Path(clip.file).stem)))
    general = [Subject.load(folder) for folder in folders.values()]
    data = Dataset([Example(s, cached_features(s, maker, key)) for s in general])
    start = time.perf_counter()
    _learn(built, data, args)
    made = said_of_the_rest(personalised(built.parts, halves.reference, Quiet()), halves)
    spent = time.perf_counter() - start
    if args.pictures:
        name = f"{args.settings}-{clip.name}"
        series = {"real": halves.truth, "made": made}
        attribute_curves(series, args.pictures / f"{name}-curves.png")
        pose_traces(series, args.pictures / f"{name}-traces.png")
        _sheet(built, halves, made, args.pictures / f"{name}-landmarks.png")
    return figures(made, halves, spent)


def _learn(built: Built, data: Dataset, args: argparse.Namespace) -> None:
    steps, batches = args.steps or STEPS[args.settings], BATCH[args.settings]
    parts = {"expression": built.parts.attribute_model, "head-motion": built.parts.head_motion}
    for (name, part), count, batch in zip(parts.items(), steps, batches, strict=True):
        learn(part, name, material_of(built, data), Plan(steps=count, batch=batch))


def _sheet(built: Built, halves: Halves, made: FaceAttributes, path: Path) -> None:
    """Landmarks of the truth, of what was said in the true pose, and of what was said."""
    count, every = SHEET
    rows = []
    for shown in (halves.truth, attrs.evolve(made, pose=halves.truth.pose), made):
        chosen = join([cut(shown, k * every, k * every + 1) for k in range(count)])
        geometry = built.parts.face_model.geometry(chosen, halves.reference)
        assert geometry.landmarks is not None
        crop = halves.reference.track.crop
        drawn = draw_landmarks(geometry.landmarks, crop.height, crop.width)
        rows.append((255 * drawn).to(torch.uint8).expand(-1, 3, -1, -1))
    contact_sheet(torch.cat(rows), count, path, overwrite=True)


if __name__ == "__main__":
    main()
