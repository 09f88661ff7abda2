"""How well action units that are heard predict an expression, through the linear map.

    visemix prepare OTHER CLIPS... --recipe default -o FOLDER
    python -m benchmarks.audio2au_expression --general FOLDER [--clip vlogger] [--steps 300]

Audio2AU's modules learn from FOLDER, and in the second row from the first seconds of the clip as
well; the map is learned from those first seconds, and the sound of the rest drives it. The third
row is the map alone: it is told the action units that the tracker sees in the rest. What is
compared are attributes, as in ``benchmarks.lstm_pose``: the expression's error over that of the
constant mean, and the lips of the face model's landmarks.
"""

import argparse
from pathlib import Path

import attrs
import torch
from torch import Tensor

import visemix
from benchmarks.attribute_figures import expression_errors, mouth_figures, turns
from benchmarks.clips import CLIPS
from benchmarks.learning import learn
from benchmarks.lstm_pose import Halves, prepared_halves, said_of_the_rest
from benchmarks.result_file import keep
from visemix.core import measures
from visemix.core.interfaces import FaceModel
from visemix.core.pipeline import reference_features
from visemix.core.training.dataset import Dataset, Example, load_dataset
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan
from visemix.core.values.attributes import FaceAttributes
from visemix.plugins.audio2au.expression_map import ExpressionMap, Seen, around, padded
from visemix.plugins.audio2au.expression_map import learn as learn_map
from visemix.plugins.lstm_pose.bases import LANDMARK_MESH
from visemix.registry.build import build
from visemix.registry.features import FeatureMaker, feature_key

SETS = ["audio_encoder.part=mfcc", "attribute_model.part=audio2au-expression"]
REACH, PENALTY = 5, 30.0
"""Of the map that is told the truth; the model's own defaults."""

OWN = 5
"""How many times the person's clip counts beside the others."""


@attrs.frozen
class Figures:
    """One row."""

    modules: str
    clip: str
    expression: float
    expression_squared: float
    lips: float
    mouth: float
    head: float


def main() -> None:
    args = _arguments()
    torch.set_num_threads(1)
    pipeline = visemix.load("default")
    halves = prepared_halves(args.clip, pipeline)
    face = pipeline.parts.face_model
    built = build("default", SETS)
    encoder = built.parts.audio_encoder
    general = load_dataset(args.general, FeatureMaker(encoder), feature_key(built))
    own = Example(halves.reference, reference_features(encoder, halves.reference))
    rows = []
    for name, data in (
        ("learned from others", general),
        ("and from the person", Dataset([*general.examples, *[own] * OWN])),
    ):
        parts = build("default", SETS).parts
        learn(parts.attribute_model, "pre-train", Material(data), Plan(steps=args.steps, batch=4))
        model = parts.attribute_model.personalise(own.subject, own.features)
        made = said_of_the_rest(attrs.evolve(parts, attribute_model=model), halves)
        rows.append(_compare(name, made, halves, face))
    rows.append(_compare("none: true action units", told_the_truth(halves), halves, face))
    for row in rows:
        print(row)
    about = {"general": len(general.examples), "steps": args.steps}
    keep(f"audio2au-expression-{halves.clip.name}", about, rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--general", type=Path, required=True, help="prepared clips of others")
    parser.add_argument("--clip", default="vlogger", choices=[c.name for c in CLIPS])
    parser.add_argument("--steps", type=int, default=300)
    return parser.parse_args()


def told_the_truth(halves: Halves) -> FaceAttributes:
    """The rest, its expression mapped from the action units that are seen there."""
    seen = halves.reference.fit.attributes.expression
    assert seen is not None
    mean = seen.mean(0)
    first = _rows(halves.reference.track.action_units)
    start = ExpressionMap.nothing(first.shape[1], seen.shape[1])
    found = learn_map([Seen(first, seen - mean)], PENALTY, start)
    said = found(_rows(halves.seen_units), 0.0)
    return attrs.evolve(halves.truth, expression=mean + said)


def _rows(units: Tensor) -> Tensor:
    return around(padded((units >= 1).float(), REACH), REACH)


def _compare(name: str, made: FaceAttributes, halves: Halves, face: FaceModel) -> Figures:
    reference, truth = halves.reference, halves.truth
    expression, squared = expression_errors(made, truth, reference, LANDMARK_MESH.moving)
    lips, mouth = mouth_figures(made, truth, reference, face)
    return Figures(
        modules=name,
        clip=halves.clip.name,
        expression=expression,
        expression_squared=squared,
        lips=lips,
        mouth=mouth,
        head=measures.head_similarity(turns(made), turns(truth)),
    )


if __name__ == "__main__":
    main()
