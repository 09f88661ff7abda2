"""RhythmicMatcher: which of a few references holds the head most like the wanted one (eq. 2)."""

import attrs
import torch
from torch import Tensor

from visemix.core.compositing.playback import one_each
from visemix.core.errors import InvalidValue
from visemix.core.interfaces import FaceModel, ReferenceMatcher
from visemix.core.subjects.few_frames import few_frames
from visemix.core.timeline import length, pick
from visemix.core.values.attributes import FaceAttributes, Match
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window

DISTANCES = ("squared", "absolute")


@attrs.frozen(eq=False)
class References:
    """The K references of a person.

    Attributes:
        frames: [K] int64, frames of the reference; the frontal one first.
        motion: [K, 6] their rotation vectors (rad) and translations (px).
    """

    frames: Tensor
    motion: Tensor


class RhythmicMatcher(ReferenceMatcher):
    """The reference with the nearest head motion gives the face; the attributes stay as they are.

    Behind the face stands the frontal reference.

    Args:
        references: K; fewer where the reference shows the face in fewer frames.
        translation_weight: of a pixel of translation beside a radian of rotation. The paper says
            1, for which translation decides alone; 0, as released, compares rotations only.
        distance: "squared" (eq. 2) or "absolute" (released).

    Raises:
        InvalidValue: another distance.
    """

    window = Window(block=25)

    def __init__(
        self, references: int = 8, translation_weight: float = 0.0, distance: str = "squared"
    ) -> None:
        if distance not in DISTANCES:
            what = f"expected {' or '.join(DISTANCES)}, got {distance!r}"
            raise InvalidValue(what, where="distance")
        self._references, self._squared = references, distance == "squared"
        self._weight = torch.tensor([1.0] * 3 + [translation_weight] * 3)

    def begin(self, subject: Subject, face_model: FaceModel) -> References:
        """Choose the K references.

        Raises:
            InvalidValue: the subject has no head pose.
            SubjectError: the face is not seen in any frame.
        """
        del face_model
        frames = few_frames(subject, self._references)
        pose = subject.fit.attributes.pose
        assert pose is not None  # few_frames asks for it
        return References(frames, _motion(pick(pose, frames)))

    def match(self, attributes: FaceAttributes, state: object) -> Step[Match]:
        """Eq. 2 for every frame; without a pose the frontal reference."""
        assert isinstance(state, References)
        base = state.frames[:1].expand(length(attributes))
        face = base
        if attributes.pose is not None:
            face = state.frames[self._nearest(_motion(attributes.pose), state.motion)]
        return Step(Match(attributes, one_each(base), one_each(face)), state)

    def _nearest(self, wanted: Tensor, known: Tensor) -> Tensor:
        """[T] which of ``known`` [K, 6] is nearest to ``wanted`` [T, 6]."""
        apart = wanted[:, None] - known
        apart = apart.square() if self._squared else apart.abs()
        return (apart * self._weight).sum(-1).argmin(1)


def _motion(pose: HeadPose) -> Tensor:
    motion = pose.to(PoseConvention.ROTVEC_PX)
    return torch.cat((motion.rotation, motion.translation), 1)
