"""Every attribute model with every face model, rasterizer, matcher and refiner: it checks, it runs.

Head motions take the place of an attribute model's pose in some of them.

The networks are untrained, so nothing is said of the pictures; what is tested is that any part
takes what any other makes.
"""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import attrs
import pytest
import torch

from visemix.core.pipeline import Parts, Settings
from visemix.core.statistics import attribute_statistics
from visemix.core.talking import Pipeline
from visemix.core.testing.samples import SamplePlan, sample_speech, sample_subject
from visemix.core.training.stage import Trainable
from visemix.core.values.subject import Subject
from visemix.registry.build import Built, build

FPS = 25
FRAMES = 40

ATTRIBUTES = {
    "lstm-pose": "{part: lstm-pose, network: compact, weights: none, features: [mfcc], layers: any,"
    " width: 12, rows: 28, basis: BASIS, members: 1, hidden: 8, narrow: 8, directions: 8}",
    "facial-gan": "{part: facial-gan, features: [mfcc], width: 12, rows: 28, basis: BASIS,"
    " window: 32, channels: 16}",
    "audio2au-expression": "{part: audio2au-expression, basis: BASIS, unit: 4, reach: 1}",
    "rhythmic-expression": "{part: rhythmic-expression, features: [mfcc], width: 12, rows: 28,"
    " basis: BASIS, narrow: 4, channels: 8}",
}
MOTIONS = {
    "rhythmic-head-motion": "{part: rhythmic-head-motion, features: [mfcc], width: 12, rows: 28,"
    " narrow: 4, channels: 8, encoded: 4, base: 24, ahead: 12}",
    "pose-file": "{part: pose-file, file: POSES}",
}
REFINERS = {
    "facial-render-to-video": "{part: facial-render-to-video, width: 4, downs: 2, blocks: 1,"
    " local_blocks: 1, perceptual: none}",
    "memory-gan": "{part: memory-gan, width: 4, hidden: 8, slots: 16, key_size: 8,"
    " identity_feature: 'off'}",
    "rhythmic-generator": "{part: rhythmic-generator, width: 4, downs: 3, adaptive: 1,"
    " flow_downs: 1, flow_blocks: 1, norm: instance, references: 2, perceptual: none}",
}
FACES = {
    "landmark-mesh": ("{part: landmark-mesh}", "landmark-mesh-64"),
    "ict": ("{part: ict, model: ICT}", "ict-57"),
    "bfm": ("{part: bfm, model: synthetic}", "bfm-64"),
    "rhythmic-frontal-mesh": (
        "{part: rhythmic-frontal-mesh, basis: landmark-mesh-64, divisions: 1}",
        "landmark-mesh-64",
    ),
}
RENDERERS = ("rasterizer-cpu", "rasterizer-reference")
MATCHERS = ("motion-matcher", "background-matcher", "rhythmic-matcher", "own-frames")


@attrs.frozen
class Mix:
    """Names of the parts of one mix."""

    attributes: str
    face: str
    renderer: str
    refiner: str
    matcher: str = "own-frames"
    motion: str = ""

    def names(self) -> tuple[str, ...]:
        """For the name of a test."""
        return tuple(filter(None, attrs.astuple(self)))

    def recipe(self, ict: Path, poses: Path) -> str:
        """The mix as YAML."""
        face, basis = FACES[self.face]
        maps = "[eye_attention, triangle, barycentric]"
        lines = [
            "visemix: 1",
            "name: mix",
            f"video: {{fps: {FPS}, size: 128}}",
            "tracker: {part: mediapipe, max_size: 128, exact_size: true}",
            "audio_encoder: {part: mfcc}",
            f"attribute_model: {ATTRIBUTES[self.attributes].replace('BASIS', basis)}",
            f"matcher: {{part: {self.matcher}}}",
            f"face_model: {face.replace('ICT', str(ict))}",
            f"renderer: {{part: {self.renderer}, maps: {maps}}}",
            f"refiner: {REFINERS[self.refiner]}",
        ]
        if self.motion:
            lines.append(f"head_motion: {MOTIONS[self.motion].replace('POSES', str(poses))}")
        return "\n".join(lines) + "\n"


BuildMix = Callable[[Mix], Built]


@pytest.fixture
def build_mix(tmp_path: Path) -> BuildMix:
    """Mix -> its built parts, with weights as they come out of the random number generator."""

    def made(mix: Mix) -> Built:
        ict = Path(__file__).parents[3] / "shared/models/ict_face_fp16.npz"
        if mix.face == "ict" and not ict.is_file():
            pytest.skip("the model ../shared/models/ict_face_fp16.npz is not here")
        recipe = tmp_path / "mix.yaml"
        poses = tmp_path / "poses.csv"
        poses.write_text("time,pitch,yaw,roll\n0,0,-10,0\n1,5,10,0\n")
        recipe.write_text(mix.recipe(ict, poses))
        built = build(str(recipe))
        take_random_weights(built.parts)
        return built

    return made


def take_random_weights(parts: Parts) -> None:
    """Untrained networks refuse to run; these count as trained."""
    for field in attrs.fields(Parts):
        part = getattr(parts, field.name)
        if isinstance(part, Trainable):
            part.load_weights(part.weights())


@pytest.fixture(scope="session")
def person() -> Subject:
    """Someone seen for two seconds; every mix fits its own face model to the track."""
    return sample_subject(SamplePlan(frames=FRAMES + 10))


def fitted(person: Subject, pipeline: Pipeline) -> Subject:
    """The person as the mix's face model sees them."""
    parts = pipeline.parts
    fit = parts.face_model.fit(person.track, person.frames, parts.renderer)
    return attrs.evolve(person, fit=fit, statistics=attribute_statistics(fit, person.track))


MIXES = [
    *(Mix(*names) for names in product(ATTRIBUTES, FACES, RENDERERS[:1], REFINERS)),
    *(Mix("facial-gan", *names) for names in product(FACES, RENDERERS[1:], REFINERS)),
    *(
        Mix("facial-gan", "landmark-mesh", "rasterizer-cpu", refiner, matcher)
        for refiner, matcher in product(REFINERS, MATCHERS[:3])
    ),
    *(
        Mix(attributes, "landmark-mesh", "rasterizer-cpu", refiner, "rhythmic-matcher", motion)
        for attributes, refiner, motion in product(ATTRIBUTES, REFINERS, MOTIONS)
        if refiner == "rhythmic-generator" or attributes == "facial-gan"
    ),
]
SECONDS = 0.4


def test_the_mixes_are_counted() -> None:
    systems = len(ATTRIBUTES) * len(FACES) * len(REFINERS)
    others = len(FACES) * len(REFINERS)
    driven = len(ATTRIBUTES) * len(MOTIONS) + (len(REFINERS) - 1) * len(MOTIONS)
    assert len(MIXES) == systems + others + 9 + driven == 81
    assert len(set(MIXES)) == len(MIXES)


@pytest.mark.parametrize("mix", MIXES, ids=lambda m: "-".join(m.names()))
def test_mix_runs(mix: Mix, build_mix: BuildMix, person: Subject) -> None:
    pipeline = Pipeline(build_mix(mix).parts, Settings(fps=FPS))
    subject = fitted(person, pipeline)
    blocks = list(pipeline.stream([sample_speech(SECONDS)], subject))
    rgb = torch.cat([block.rgb for block in blocks])
    assert rgb.shape == (SECONDS * FPS, 3, subject.frames.height, subject.frames.width)
    assert all(block.fps == FPS for block in blocks)
    assert float(rgb.float().std()) > 1
