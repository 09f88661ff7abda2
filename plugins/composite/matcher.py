"""MotionMatcher: chooses the reference frames that a new picture is made of."""

import attrs
import numpy as np
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.interfaces import FaceModel, ReferenceMatcher
from visemix.core.timeline import cut, length
from visemix.core.values.attributes import FaceAttributes, Match, Sources
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.composite.compiled import Floats, Numbers
from visemix.plugins.composite.costs import ON_ATTRIBUTES, ON_BASE, Costs, jumps_of, shown
from visemix.plugins.composite.fading import HALF, Path, fade
from visemix.plugins.composite.features import Features, distances
from visemix.plugins.composite.gallery import (
    Gallery,
    GalleryMatch,
    GalleryShelf,
    crop_of,
    to_frame,
)
from visemix.plugins.composite.paths import Jumps, follow, wander
from visemix.plugins.composite.placing import near_photo, on_base, speech_part

BLOCK, AHEAD = 20, 20
BASE_TAPS = np.array((1, 2, 2, 2, 1), np.float32)
LAYER_TAPS = np.array((0, 1, 2, 1, 0), np.float32)


@attrs.frozen(eq=False)
class Begun:
    """What is carried from block to block.

    Attributes:
        subject, face_model, gallery: as they were at the beginning.
        jumps: ways on for the base.
        speech: see ``placing.speech_part``.
        paths: the paths so far, by name, 2 frames before this block and 2 of it.
    """

    subject: Subject
    face_model: FaceModel
    gallery: Gallery
    jumps: Jumps
    speech: Tensor | None
    paths: dict[str, Path] = attrs.field(factory=dict)

    def landmarks(self, attributes: FaceAttributes) -> Floats:
        """[T, 478, 3] full-frame px."""
        return _landmarks(self.face_model, self.subject, attributes)


class MotionMatcher(ReferenceMatcher):
    """Dynamic programming over pose, mouth, eyes and continuity.

    Args:
        follow: "base": the head moves and blinks as a stretch of the reference does that roughly
            follows the wanted pose, only the mouth is as wanted. "attributes": pose and eyes are
            as wanted too. One photo keeps its wanted pose (small turns) and blinks in any case.

    Raises:
        InvalidValue: another ``follow``.
    """

    window = Window(BLOCK, 0, AHEAD + HALF)

    def __init__(self, follow: str = "base") -> None:
        if follow not in ("base", "attributes"):
            raise InvalidValue(f"expected base or attributes, got {follow!r}", where="follow")
        self._on_base = follow == "base"
        self._costs = ON_BASE if self._on_base else ON_ATTRIBUTES
        self._shelf = GalleryShelf()

    def begin(self, subject: Subject, face_model: FaceModel) -> Begun:
        """Look at the reference; see ReferenceMatcher."""
        seen = _landmarks(face_model, subject, subject.fit.attributes)
        gallery = self._shelf.of(subject, torch.from_numpy(seen))
        speech = speech_part(face_model, subject) if self._on_base else None
        return Begun(subject, face_model, gallery, jumps_of(gallery, self._costs), speech)

    def match(self, attributes: FaceAttributes, state: object) -> Step[Match]:
        """See ReferenceMatcher."""
        assert isinstance(state, Begun)
        frames = length(attributes) - AHEAD - HALF
        if len(state.gallery) == 1:
            return _one_frame(attributes, frames, state)
        block = _Block(state, self._costs, frames)
        match = block.on_base(attributes) if self._on_base else block.on_attributes(attributes)
        return Step(match, attrs.evolve(state, paths=block.paths))


def _one_frame(attributes: FaceAttributes, frames: int, state: Begun) -> Step[Match]:
    near = near_photo(cut(attributes, 0, frames), state.subject)
    base = Sources(torch.zeros(frames, 1, dtype=torch.int64), torch.ones(frames, 1))
    return Step(GalleryMatch(near, base, gallery=state.gallery), state)


class _Block:
    """Chooses the frames of one block.

    Paths are known up to ``HALF`` frames into the block and get known up to ``HALF`` beyond it,
    so that what a cross-fade looks at never changes any more.
    """

    def __init__(self, state: Begun, costs: Costs, frames: int) -> None:
        self._state = state
        self._gallery = state.gallery
        self._costs = costs
        self._frames = frames
        self.paths: dict[str, Path] = {}

    def on_base(self, attributes: FaceAttributes) -> Match:
        """Pose, eyes and the rest of the face are the base's own."""
        wanted = self._describe(attributes)
        base = self._base(wanted, length(attributes))
        placed = on_base(attributes, base, self._state.subject, self._state.speech)
        aim = self._describe(placed)
        mouth = self._layer("mouth", self._mouth_cost(aim))
        return GalleryMatch(
            cut(placed, 0, self._frames),
            cut(base, 0, self._frames),
            mouth=mouth,
            gallery=self._gallery,
        )

    def on_attributes(self, attributes: FaceAttributes) -> Match:
        """Everything is as wanted."""
        own, costs, wanted = self._gallery.features, self._costs, self._describe(attributes)
        base = self._base(wanted, length(attributes))
        turn = distances(wanted.turn, own.turn)
        mouth = distances(wanted.mouth, own.mouth)
        eyes = distances(wanted.eyes, own.eyes)
        return GalleryMatch(
            cut(attributes, 0, self._frames),
            cut(base, 0, self._frames),
            face=self._layer("face", 2 * turn + 0.2 * mouth + 0.2 * eyes),
            mouth=self._layer("mouth", costs.mouth * mouth + costs.turned * turn),
            eyes=self._layer("eyes", costs.eyes * eyes + costs.turned * turn),
            gallery=self._gallery,
        )

    def _mouth_cost(self, aim: Features) -> Numbers:
        own, costs = self._gallery.features, self._costs
        turn = distances(aim.turn, own.turn)
        return costs.mouth * distances(aim.mouth, own.mouth) + costs.turned * turn

    def _describe(self, attributes: FaceAttributes) -> Features:
        return self._gallery.shape.describe(self._state.landmarks(attributes))

    def _base(self, wanted: Features, frames: int) -> Sources:
        """Base sources of the whole window; beyond the block they may still change."""
        pose = distances(wanted.pose, self._gallery.features.pose)
        unary = shown(self._costs.follow * pose, self._gallery)
        known = self._state.paths.get("base")
        start = -1 if known is None else known.last_state
        fresh = Path.of_states(
            wander(unary[0 if known is None else HALF :], self._state.jumps, start)
        )
        path = self._remember("base", fresh)
        tail = Path(path.frame[-1:], path.direction[-1:])
        return fade(path.then(tail).then(tail), self._gallery.cut, BASE_TAPS)

    def _layer(self, name: str, cost: Numbers) -> Sources:
        known, costs = self._state.paths.get(name), self._costs
        start = -1 if known is None else known.last_state // 2
        unary = shown(cost, self._gallery)[0 if known is None else HALF :]
        frames = follow(unary, self._gallery.cut, start, costs.slope, costs.reach)
        path = self._remember(name, Path(frames, np.ones_like(frames)))
        return fade(path.part(0, self._frames + 2 * HALF), self._gallery.cut, LAYER_TAPS)

    def _remember(self, name: str, fresh: Path) -> Path:
        """The path from ``HALF`` frames before the block to the end of the window."""
        known = self._state.paths.get(name)
        path = fresh.before() if known is None else known.then(fresh)
        self.paths[name] = path.part(self._frames, self._frames + 2 * HALF)
        return path


def _landmarks(face_model: FaceModel, subject: Subject, attributes: FaceAttributes) -> Floats:
    """The face model's mesh in full-frame px [T, 478, 3].

    Raises:
        InvalidValue: the face model makes no landmarks.
    """
    found = face_model.geometry(attributes, subject).landmarks
    if found is None:
        do = "use a face model with landmarks, such as landmark-mesh"
        raise InvalidValue("the geometry has no landmarks", where="FaceGeometry", do=do)
    crop = crop_of(subject.track.crop, len(found))
    return np.ascontiguousarray(to_frame(found, crop).numpy(), np.float32)
