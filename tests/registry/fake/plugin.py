"""One part of every kind; tests copy it into a distribution of its own."""

from collections.abc import Iterable, Sequence

from torch import nn

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import (
    AttributeModel,
    AudioEncoder,
    Discriminator,
    FaceModel,
    FaceTracker,
    HeadMotion,
    ReferenceMatcher,
    Refiner,
    Renderer,
    Sample,
)
from visemix.core.values.attributes import FaceAttributes, Match
from visemix.core.values.audio import Audio
from visemix.core.values.features import AudioFeatures
from visemix.core.values.frames import Frames
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.rendering import Rendering, Shot
from visemix.core.values.subject import FaceFit, Picture, ReferenceFrames, Subject
from visemix.core.values.track import Track
from visemix.core.windows import Step, Window


class Unused(Exception):
    """These parts are built, never run."""


class Tracker(FaceTracker):
    def track(self, pictures: Iterable[Picture], fps: float, face: int | None = None) -> Track:
        raise Unused


class Features(AudioEncoder):
    rate = 16000
    window = Window(1)

    def __init__(self, *, kind: str, width: int, fps: float, table: str | None) -> None:
        self.kind, self.width, self.fps, self.table = kind, width, fps, table

    def encode(self, audio: Audio) -> AudioFeatures:
        raise Unused


class Silence(AudioEncoder):
    rate = 16000
    fps = 25.0
    window = Window(1)

    def encode(self, audio: Audio) -> AudioFeatures:
        raise Unused


class Model(AttributeModel):
    window = Window(1)

    def __init__(self, *, hidden: int = 1, losses: Sequence[str] = ()) -> None:
        if hidden == 13:
            raise ZeroDivisionError("thirteen units")
        self.hidden, self.losses = hidden, losses

    def begin(self, subject: Subject, seed: int) -> object:
        raise Unused

    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        raise Unused


class Nodding(HeadMotion):
    window = Window(1)

    def begin(self, subject: Subject, seed: int) -> object:
        raise Unused

    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        raise Unused


class Matcher(ReferenceMatcher):
    window = Window(1)

    def begin(self, subject: Subject, face_model: FaceModel) -> object:
        raise Unused

    def match(self, attributes: FaceAttributes, state: object) -> Step[Match]:
        raise Unused


class Face(FaceModel):
    def fit(
        self,
        track: Track,
        pictures: ReferenceFrames | None = None,
        renderer: Renderer | None = None,
    ) -> FaceFit:
        raise Unused

    def geometry(self, attributes: FaceAttributes, subject: Subject) -> FaceGeometry:
        raise Unused


class Draw(Renderer):
    def __init__(self, *, maps: Sequence[str] = ()) -> None:
        self.maps = maps

    def render(self, geometry: FaceGeometry) -> Rendering:
        raise Unused


class DrawFast(Draw):
    def __init__(self, *, lanes: int) -> None:
        self.lanes = lanes


class Refine(Refiner):
    def __init__(self, *, window: int, strength: float, blend: bool, maps: Sequence[str]) -> None:
        self.window = Window(window)
        self.strength, self.blend, self.maps = strength, blend, maps

    def begin(self, subject: Subject) -> object:
        raise Unused

    def refine(self, shot: Shot, state: object) -> Step[Frames]:
        raise Unused


class Critic(Discriminator):
    judges = "frames"

    def __init__(self, *, scales: int) -> None:
        self.scales = scales

    def network(self, like: Sample) -> nn.Module:
        raise Unused


@hookimpl
def visemix_trackers() -> dict[str, type[FaceTracker]]:
    return {"fake-tracker": Tracker}


@hookimpl
def visemix_audio_encoders() -> dict[str, type[AudioEncoder]]:
    return {"fake-features": Features, "fake-silence": Silence}


@hookimpl
def visemix_attribute_models() -> dict[str, type[AttributeModel]]:
    return {"fake-model": Model, "fake-model-raw": Model}


@hookimpl
def visemix_head_motions() -> dict[str, type[HeadMotion]]:
    return {"fake-nodding": Nodding}


@hookimpl
def visemix_matchers() -> dict[str, type[ReferenceMatcher]]:
    return {"fake-matcher": Matcher}


@hookimpl
def visemix_face_models() -> dict[str, type[FaceModel]]:
    return {"fake-face": Face}


@hookimpl
def visemix_renderers() -> dict[str, type[Renderer]]:
    return {"fake-renderer": Draw, "fake-renderer-cuda": DrawFast}


@hookimpl
def visemix_refiners() -> dict[str, type[Refiner]]:
    return {"fake-refiner": Refine}


@hookimpl
def visemix_discriminators() -> dict[str, type[Discriminator]]:
    return {"fake-critic": Critic}
