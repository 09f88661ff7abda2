"""How well FACIAL-GAN predicts what a face does in sound that it did not learn from.

    visemix prepare OTHER CLIPS... -o FOLDER
    python -m benchmarks.facial --general FOLDER [--settings paper] [--pictures FOLDER]

It learns in general from FOLDER and then from the first seconds of one clip; the sound of the rest
drives it. No picture is made: what is compared are the attributes after the model's own smoothing,
fitted on the whole clip. Neither DeepSpeech nor wav2vec 2.0 weights are at hand, so it hears
Moonshine's features through the learned projection, at 25 fps.

Settings: "paper" (sizes, losses and rates of the paper) or "small" (for minutes of other people and
seconds of the person: the released losses, a smaller network that hears disturbed features, and the
lost spread of the head's motion given back).

Expression: mean distance of the coefficients but the gaze over that of the reference's constant
mean ("squared": of their squares). Lips and mouth: of the face model's landmarks
(core/measures.py). Head: HS, joint range; "still" for the reference's mean pose, "reference" for
its whole motion. Seam: largest step of the expression from one window to the next over the 95th
percentile of all others.
"""

import argparse
import time
from pathlib import Path

import attrs
import torch

import visemix
from benchmarks.attribute_figures import expression_errors, mouth_figures, turns
from benchmarks.clips import CLIPS
from benchmarks.learning import learn
from benchmarks.lstm_pose import Halves, prepared_halves, said_of_the_rest
from benchmarks.result_file import keep
from visemix.core import measures
from visemix.core.interfaces import FaceModel
from visemix.core.pipeline import reference_features
from visemix.core.plots import attribute_curves, pose_traces
from visemix.core.training.dataset import Dataset, Example, load_dataset
from visemix.core.training.stage import Plan
from visemix.core.values.attributes import FaceAttributes
from visemix.plugins.facial.attribute_model import FacialGan
from visemix.registry.build import Built, build
from visemix.registry.commands.train import material_of
from visemix.registry.features import FeatureMaker, feature_key

GAZE = 2
"""Last components of the basis; they have nothing to do with speech."""

HEARING = (
    "video.fps=25",
    "attribute_model.features=[moonshine]",
    "attribute_model.width=576",
)
SETTINGS = {
    "paper": [
        "attribute_model.window=128",
        "attribute_model.channels=256",
        "discriminators.0.channels=64",
        "training.preset=paper",
    ],
    "small": [
        "attribute_model.window=64",
        "attribute_model.channels=64",
        "attribute_model.noise=0.8",
        "attribute_model.deaf=0.5",
        "attribute_model.spread=1.0",
        "attribute_model.rate=5e-4",
        "discriminators.0.channels=16",
        "training.preset=released",
    ],
}
STEPS = {"paper": (0, 0), "small": (600, 300)}
BATCH = {"paper": 0, "small": 16}


@attrs.frozen
class Figures:
    """One setting on one clip, after one stage."""

    after: str
    expression: float
    expression_squared: float
    lips: float
    mouth: float
    head: float
    head_still: float
    head_reference: float
    head_std: float
    blink: float
    seam: float
    learning_s: float


def main() -> None:
    args = _arguments()
    torch.set_num_threads(1)
    pipeline = visemix.load("default")
    halves = prepared_halves(args.clip, pipeline)
    built = build("facial/tiny", [*HEARING, *SETTINGS[args.settings]], training=True)
    rows = _learned(built, halves, pipeline.parts.face_model, args)
    steps = args.steps or STEPS[args.settings]
    about = {"clip": halves.clip.name, "settings": args.settings, "steps": steps}
    about |= {"general": len(list(args.general.glob("**/subject.json"))), "fps": 25.0}
    keep(f"facial-{args.settings}", about, rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--general", type=Path, required=True, help="prepared clips of others")
    parser.add_argument("--clip", default="vlogger", choices=[c.name for c in CLIPS])
    parser.add_argument("--settings", default="small", choices=list(SETTINGS))
    parser.add_argument("--steps", type=int, nargs=2, help="general, personal; 0: the preset's own")
    parser.add_argument("--pictures", type=Path, help="folder for curves and traces")
    return parser.parse_args()


def _learned(
    built: Built, halves: Halves, face: FaceModel, args: argparse.Namespace
) -> list[Figures]:
    """Figures after the general and after the personal stage."""
    encoder, model = built.parts.audio_encoder, built.parts.attribute_model
    assert isinstance(model, FacialGan)
    general = load_dataset(args.general, FeatureMaker(encoder), feature_key(built))
    own = Example(halves.reference, reference_features(encoder, halves.reference))
    preset, rows = built.resolved.recipe.training.preset, []
    data = {"general": general, "personal": Dataset([own])}
    for (name, part), steps in zip(data.items(), args.steps or STEPS[args.settings], strict=True):
        plan, start = Plan(preset, steps=steps, batch=BATCH[args.settings]), time.perf_counter()
        learn(model, name, material_of(built, part), plan)
        spent, made = time.perf_counter() - start, said_of_the_rest(built.parts, halves)
        rows.append(_figures(name, made, halves, face, model, spent))
        print(rows[-1], flush=True)
    if args.pictures:
        series = {"real": halves.truth, "made": said_of_the_rest(built.parts, halves)}
        attribute_curves(series, args.pictures / f"{args.settings}-curves.png")
        pose_traces(series, args.pictures / f"{args.settings}-traces.png")
    return rows


def _figures(
    after: str,
    made: FaceAttributes,
    halves: Halves,
    face: FaceModel,
    model: FacialGan,
    seconds: float,
) -> Figures:
    reference, truth = halves.reference, halves.truth
    seen, turned, before = (turns(a) for a in (truth, made, reference.fit.attributes))
    expression, squared = expression_errors(made, truth, reference, slice(None, -GAZE))
    lips, mouth = mouth_figures(made, truth, reference, face)
    assert made.blink is not None and truth.blink is not None
    return Figures(
        after,
        expression,
        squared,
        lips=lips,
        mouth=mouth,
        head=measures.head_similarity(turned, seen),
        head_still=measures.head_similarity(before.mean(0, keepdim=True), seen),
        head_reference=measures.head_similarity(before, seen),
        head_std=float((turned.std(0) / seen.std(0)).mean()),
        blink=measures.correlation(made.blink, truth.blink),
        seam=_seam(made, model.window.block),
        learning_s=seconds,
    )


def _seam(made: FaceAttributes, block: int) -> float:
    assert made.expression is not None
    step = made.expression.diff(dim=0).norm(dim=1)
    seams = torch.zeros(len(step), dtype=torch.bool)
    seams[block - 1 :: block] = True
    return float(step[seams].max() / step[~seams].quantile(0.95))


if __name__ == "__main__":
    main()
