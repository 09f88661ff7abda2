"""A whole system that costs nothing; tests install it as a distribution of its own."""

import itertools
import time
from collections.abc import Iterable, Mapping

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from visemix.core.errors import FaceError
from visemix.core.hooks import hookimpl
from visemix.core.interfaces import (
    AttributeModel,
    AudioEncoder,
    FaceModel,
    FaceTracker,
    ReferenceMatcher,
    Refiner,
    Renderer,
)
from visemix.core.training.checkpoint import load_module
from visemix.core.training.dataset import Dataset
from visemix.core.training.material import Material
from visemix.core.training.stage import (
    Batch,
    Loss,
    LossBook,
    Modules,
    Plan,
    Shard,
    Stage,
    Trainable,
    Turn,
)
from visemix.core.values.attributes import FaceAttributes, Match, Sources
from visemix.core.values.audio import Audio
from visemix.core.values.camera import Camera, Projection
from visemix.core.values.features import AudioFeatures
from visemix.core.values.frames import Frames
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.rendering import Crop, Rendering, Shot
from visemix.core.values.subject import FaceFit, Picture, ReferenceFrames, Subject
from visemix.core.values.track import Track
from visemix.core.windows import Step, Window


def squares(picture: Picture) -> list[tuple[int, int, int]]:
    """Bright squares from left to right: left, top, side."""
    bright = (picture.min(axis=2) > 200).astype(np.uint8)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(bright)
    found = [(int(x), int(y), int(w)) for x, y, w, h, _ in boxes[1:] if min(w, h) >= 8]
    return sorted(found)


class Tracker(FaceTracker):
    def __init__(self, *, wait: float) -> None:
        self._wait = wait

    def track(self, pictures: Iterable[Picture], fps: float, face: int | None = None) -> Track:
        seen = []
        size = (0, 0)
        for picture in pictures:
            time.sleep(self._wait)
            seen.append(squares(picture))
            size = picture.shape[0], picture.shape[1]
        first = next((boxes for boxes in seen if boxes), None)
        if first is None:
            raise FaceError("no face was found in it", do="give a picture of a face")
        if face is not None and face >= len(first):
            raise FaceError(f"there is no face {face}: {len(first)} seen", do="use a lower --face")
        chosen = max(range(len(first)), key=lambda i: first[i][2]) if face is None else face
        return self._track([boxes[min(chosen, len(boxes) - 1) :][:1] for boxes in seen], fps, size)

    def _track(
        self, chosen: list[list[tuple[int, int, int]]], fps: float, size: tuple[int, int]
    ) -> Track:
        last = next(boxes[0] for boxes in chosen if boxes)
        points = torch.zeros(len(chosen), 478, 3)
        shape = torch.rand(478, 3, generator=torch.Generator().manual_seed(0))
        for t, boxes in enumerate(chosen):
            last = boxes[0] if boxes else last
            points[t] = shape * last[2] + torch.tensor([last[0], last[1], 0])
        count = len(chosen)
        return Track(
            landmarks=points,
            found=torch.tensor([bool(boxes) for boxes in chosen]),
            blink=torch.zeros(count),
            action_units=torch.zeros(count, 5),
            crop=Crop.full(*size),
            fps=fps,
            layout="dots",
        )


class Features(AudioEncoder):
    rate = 16_000
    window = Window(block=7, past=1, future=2)

    def __init__(self, *, fps: float) -> None:
        self.fps = fps

    def encode(self, audio: Audio) -> AudioFeatures:
        count = int(len(audio.samples) * self.fps / self.rate + 0.5)
        edges = [int(t * self.rate / self.fps + 0.5) for t in range(count + 1)]
        loud = [audio.samples[a:b].abs().mean() for a, b in itertools.pairwise(edges)]
        return AudioFeatures(torch.stack(loud).reshape(-1, 1, 1), self.fps, "loudness", 0, 0)


class Model(AttributeModel, Trainable):
    window = Window(block=5, past=2, future=3)

    def __init__(self, *, width: int, wait: float = 0.0) -> None:
        self._wait = wait
        self._layer = nn.Linear(1, width)
        nn.init.ones_(self._layer.weight)
        nn.init.zeros_(self._layer.bias)

    def begin(self, subject: Subject, seed: int) -> object:
        return torch.Generator().manual_seed(seed)

    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        assert isinstance(state, torch.Generator)
        with torch.no_grad():
            heard = features.values[:, 0].unfold(0, 6, 1).mean(-1)  # past and future, 6 frames
            loud = self._layer(heard).mean(1, keepdim=True)
        loud = loud + 0.01 * torch.rand(loud.shape, generator=state)
        zero = torch.zeros(len(loud), 3)
        pose = HeadPose(zero, zero, PoseConvention.ROTVEC_PX)
        return Step(FaceAttributes(features.fps, loud, "open", pose), state)

    def personalise(self, subject: Subject, features: AudioFeatures) -> AttributeModel:
        adapted = Model(width=self._layer.out_features)
        adapted.load_weights(self.weights())
        nn.init.constant_(adapted._layer.bias, float(features.values.mean()))
        return adapted

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        return General(self._layer, material.data, plan, self._wait)

    def weights(self) -> dict[str, Tensor]:
        return dict(self._layer.state_dict())

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        load_module(self._layer, weights, "quick-model")


class General(Stage):
    """Learns to say 0.25, whatever it hears."""

    name = "general"

    def __init__(self, layer: nn.Module, data: Dataset, plan: Plan, wait: float) -> None:
        self.steps = plan.steps or 20
        self.modules = {"layer": layer}
        self.turns = [Turn("layer", torch.optim.Adam(layer.parameters(), 0.01), self._losses)]
        self._loud = data.examples[0].features.values
        self._wait = wait

    def batch(self, step: int, shard: Shard) -> Batch:
        time.sleep(self._wait)
        return self._loud[step % len(self._loud)]

    def _losses(self, modules: Modules, batch: Batch) -> LossBook:
        return {"l2": Loss((modules["layer"](batch) - 0.25).square().mean())}


class Matcher(ReferenceMatcher):
    window = Window(block=4)

    def begin(self, subject: Subject, face_model: FaceModel) -> object:
        return len(subject.frames), 0

    def match(self, attributes: FaceAttributes, state: object) -> Step[Match]:
        assert isinstance(state, tuple) and attributes.expression is not None
        count, first = state
        index = torch.arange(first, first + len(attributes.expression)) % count
        base = Sources(index[:, None], torch.ones(len(index), 1))
        return Step(Match(attributes, base), (count, first + len(index)))


class Face(FaceModel):
    def fit(
        self,
        track: Track,
        pictures: ReferenceFrames | None = None,
        renderer: Renderer | None = None,
    ) -> FaceFit:
        zero = torch.zeros(len(track.found), 3)
        pose = HeadPose(zero, zero, PoseConvention.ROTVEC_PX)
        return FaceFit(
            "quick-face",
            zero[:1].expand(3, 3),
            FaceAttributes(track.fps, zero[:, :1], "open", pose),
        )

    def geometry(self, attributes: FaceAttributes, subject: Subject) -> FaceGeometry:
        assert attributes.expression is not None
        count = len(attributes.expression)
        return FaceGeometry(
            torch.zeros(count, 3, 3),
            torch.tensor([[0, 1, 2]], dtype=torch.int32),
            Camera(torch.zeros(2), Projection.ORTHOGRAPHIC, 4, 4),
            torch.eye(2, 3).expand(count, 2, 3),
            attributes.fps,
        )


class Draw(Renderer):
    def render(self, geometry: FaceGeometry) -> Rendering:
        count = len(geometry.vertices)
        blank = torch.zeros(count, 4, 4, 4)
        return Rendering(blank[:, :3], blank[:, 3:], geometry.crop, geometry.fps)


class Refine(Refiner):
    window = Window(block=6, past=1, future=1)

    def __init__(self, *, wait: float, fails: bool) -> None:
        self._wait, self._fails = wait, fails

    def begin(self, subject: Subject) -> object:
        return subject

    def refine(self, shot: Shot, state: object) -> Step[Frames]:
        assert isinstance(state, Subject)
        mouth = shot.match.attributes.expression
        assert mouth is not None
        if self._fails:
            raise FaceError("it fails as told", do="set refiner.fails=false")
        pictures = []
        for t in range(1, len(mouth) - 1):
            time.sleep(self._wait)
            picture = state.frames[int(shot.match.base.index[t, 0])].copy()
            picture[: round(float(mouth[t, 0]) * len(picture))] = 0
            pictures.append(torch.from_numpy(picture).permute(2, 0, 1))
        return Step(Frames(torch.stack(pictures), shot.rendering.fps), state)


@hookimpl
def visemix_trackers() -> dict[str, type[FaceTracker]]:
    return {"quick-tracker": Tracker}


@hookimpl
def visemix_audio_encoders() -> dict[str, type[AudioEncoder]]:
    return {"quick-features": Features}


@hookimpl
def visemix_attribute_models() -> dict[str, type[AttributeModel]]:
    return {"quick-model": Model}


@hookimpl
def visemix_matchers() -> dict[str, type[ReferenceMatcher]]:
    return {"quick-matcher": Matcher}


@hookimpl
def visemix_face_models() -> dict[str, type[FaceModel]]:
    return {"quick-face": Face}


@hookimpl
def visemix_renderers() -> dict[str, type[Renderer]]:
    return {"quick-renderer": Draw}


@hookimpl
def visemix_refiners() -> dict[str, type[Refiner]]:
    return {"quick-refiner": Refine}
