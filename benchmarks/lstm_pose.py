"""How well the networks of Yi et al. predict what a face does in sound they did not learn from.

    visemix prepare OTHER CLIPS... -o FOLDER
    python -m benchmarks.lstm_pose --general FOLDER [--steps 300 120] [--batch 8] [--channels 16]

The published network learns in general from FOLDER and then, like the compact one (whose packaged
general weights have not seen the clip either), from the first seconds of one clip; the sound of
the rest drives both. No picture is made: what is compared are the attributes, fitted on the whole
clip. Expression: mean distance of the moved coefficients over that of the reference's constant mean
("squared": of their squares). Lips and mouth: of the face model's landmarks (core/measures.py).
Head: HS, joint range; "matched" after background-matcher, as the video shows it.
"""

import argparse
import time
from pathlib import Path

import attrs
import torch
from torch import Tensor

import visemix
from benchmarks.attribute_figures import expression_errors, mouth_figures, turns
from benchmarks.clips import CLIPS, Clip
from benchmarks.learning import learn
from benchmarks.result_file import keep
from visemix.core import measures
from visemix.core.interfaces import ReferenceMatcher
from visemix.core.pipeline import Parts, attributes_of, reference_features
from visemix.core.statistics import attribute_statistics
from visemix.core.talking import Pipeline
from visemix.core.timeline import cut, join, length
from visemix.core.training.dataset import Dataset, Example, load_dataset
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.audio import Audio
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.lstm_pose.background_matcher import BackgroundMatcher
from visemix.plugins.lstm_pose.bases import LANDMARK_MESH
from visemix.registry.build import build
from visemix.registry.features import FeatureMaker, feature_key


@attrs.frozen
class Figures:
    """One model on one clip."""

    model: str
    clip: str
    expression: float
    expression_squared: float
    lips: float
    mouth: float
    head: float
    head_matched: float
    learning_s: float


@attrs.frozen(eq=False)
class Halves:
    """A clip: what is learned from, and what then has to be predicted."""

    clip: Clip
    reference: Subject
    truth: FaceAttributes
    seen_units: Tensor
    sound: Audio


def main() -> None:
    args = _arguments()
    torch.set_num_threads(1)
    pipeline = visemix.load("default")
    halves = prepared_halves(args.clip, pipeline)
    rows = [_compact(pipeline, halves), _published(pipeline, halves, args)]
    for row in rows:
        print(row)
    about = {"clip": halves.clip.name, "general": len(list(args.general.glob("*/subject.json")))}
    about |= {"steps": args.steps, "batch": args.batch, "channels": args.channels}
    keep("lstm-pose", about, rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--general", type=Path, required=True, help="prepared clips of others")
    parser.add_argument("--clip", default="vlogger", choices=[c.name for c in CLIPS])
    parser.add_argument("--steps", type=int, nargs=2, default=(0, 0), help="0: the preset's own")
    parser.add_argument(
        "--channels", type=int, default=64, help="64 as published; fewer are faster"
    )
    parser.add_argument("--batch", type=int, default=0, help="windows per step; 0: the preset's")
    return parser.parse_args()


def prepared_halves(name: str, pipeline: Pipeline) -> Halves:
    """Of the clip of that name, as the pipeline sees it."""
    (clip,) = (c for c in CLIPS if c.name == name)
    return halves_of(clip, pipeline.prepare(clip.path))


def halves_of(clip: Clip, whole: Subject) -> Halves:
    assert whole.audio is not None
    first, samples = round(clip.split_s * whole.fps), round(clip.split_s * whole.audio.rate)
    start = cut(whole, 0, first)
    reference = attrs.evolve(
        start,
        statistics=attribute_statistics(start.fit, start.track),
        audio=Audio(whole.audio.samples[:samples], whole.audio.rate),
        digest=f"{whole.digest} first half",
    )
    truth = cut(whole.fit.attributes, first, length(whole.track))
    sound = Audio(whole.audio.samples[samples:].clone(), whole.audio.rate)
    units = whole.track.action_units[first:]
    return Halves(clip, reference, truth, units, sound)


def said_of_the_rest(parts: Parts, halves: Halves) -> FaceAttributes:
    """What the parts make of the sound that has to be predicted from, as long as the truth."""
    said = join(list(attributes_of(parts, [halves.sound], halves.reference, 0)))
    return cut(said, 0, length(halves.truth))


def _compact(pipeline: Pipeline, halves: Halves) -> Figures:
    parts, start = pipeline.parts, time.perf_counter()
    features = reference_features(parts.audio_encoder, halves.reference)
    model = parts.attribute_model.personalise(halves.reference, features)
    spent = time.perf_counter() - start
    return _compare("compact", attrs.evolve(parts, attribute_model=model), halves, pipeline, spent)


def _published(pipeline: Pipeline, halves: Halves, args: argparse.Namespace) -> Figures:
    sets = ("face_model.camera=orthographic", f"attribute_model.channels={args.channels}")
    built = build("lstm-pose", sets)
    model, encoder = built.parts.attribute_model, built.parts.audio_encoder
    general = load_dataset(args.general, FeatureMaker(encoder), feature_key(built))
    own = Example(halves.reference, reference_features(encoder, halves.reference))
    start = time.perf_counter()
    for name, data, steps in zip(
        ("general", "personal"), (general, Dataset([own])), args.steps, strict=True
    ):
        learn(model, name, Material(data), Plan(steps=steps, batch=args.batch))
        print(f"{name}: {time.perf_counter() - start:.0f} s", flush=True)
    spent = time.perf_counter() - start
    return _compare("published", built.parts, halves, pipeline, spent)


def _compare(name: str, parts: Parts, halves: Halves, pipeline: Pipeline, spent: float) -> Figures:
    reference, truth = halves.reference, halves.truth
    made = said_of_the_rest(parts, halves)
    expression, squared = expression_errors(made, truth, reference, LANDMARK_MESH.moving)
    lips, mouth = mouth_figures(made, truth, reference, pipeline.parts.face_model)
    matched = _matched(BackgroundMatcher(), made, reference, pipeline)
    return Figures(
        model=name,
        clip=halves.clip.name,
        expression=expression,
        expression_squared=squared,
        lips=lips,
        mouth=mouth,
        head=measures.head_similarity(turns(made), turns(truth)),
        head_matched=measures.head_similarity(turns(matched), turns(truth)),
        learning_s=spent,
    )


def _matched(
    matcher: ReferenceMatcher, made: FaceAttributes, reference: Subject, pipeline: Pipeline
) -> FaceAttributes:
    begun = matcher.begin(reference, pipeline.parts.face_model)
    blocks = Windowed(matcher.window, matcher.match, begun).run([made])
    return join([block.attributes for block in blocks])


if __name__ == "__main__":
    main()
