"""BackgroundMatcher: real pictures around the face whose head stands as wanted (B.4, step 3)."""

from collections.abc import Mapping

import attrs
import numpy as np
import torch
from torch import Tensor

from visemix.core.compositing.playback import (
    back_and_forth,
    longest_stretch,
    one_each,
    stretches,
)
from visemix.core.errors import InvalidValue
from visemix.core.interfaces import FaceModel, ReferenceMatcher
from visemix.core.timeline import cut, length, pick
from visemix.core.values.attributes import FaceAttributes, Match
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.lstm_pose.background_keyframes import (
    REACH,
    Motions,
    Numbers,
    between,
    keyframes,
    smoothed,
)

AXES: Mapping[str, int] = {"pitch": 0, "yaw": 1, "roll": 2}
MODES = ("keyframes", "replay")

LONG_S = 2.0
"""Shots at least this long may be begun in, if there is one."""


@attrs.frozen(eq=False)
class Begun:
    """State between blocks.

    Attributes:
        subject: who is seen.
        pose: of every reference frame.
        motions: the same, to be searched.
        usual: the pose that is wanted where the attributes have none, one frame.
        played: the frames that ``replay`` plays.
        made: frames so far.
        last: the reference frame of the last one.
    """

    subject: Subject
    pose: HeadPose
    motions: Motions
    usual: HeadPose
    played: range
    made: int = 0
    last: int = -1


class BackgroundMatcher(ReferenceMatcher):
    """Plays the reference between keyframes so that its head turns about when the wanted one does.

    The pose of every frame is replaced by that of the reference frame chosen for it. The paper
    looks at a whole clip; here a block at a time is treated as a clip of its own that goes on from
    the last one, so that memory does not grow with the clip and a stream gives what a file gives.

    Args:
        mode: "keyframes", or "replay": the reference's own motion, back and forth.
        keyframe_axis: which angle's turning points are keyframes: pitch, yaw or roll.
        speed: how many reference frames may pass per frame, at most, on average.
        block: frames that are matched at a time; a clip no longer is matched as the paper does.

    Raises:
        InvalidValue: an unknown mode or axis.
    """

    def __init__(
        self,
        mode: str = "keyframes",
        keyframe_axis: str = "roll",
        speed: float = 1.0,
        block: int = 50,
    ) -> None:
        for name, value, known in (
            ("mode", mode, MODES),
            ("keyframe_axis", keyframe_axis, tuple(AXES)),
        ):
            if value not in known:
                raise InvalidValue(f"expected {' or '.join(known)}, got {value!r}", where=name)
        self._replay, self._axis, self._speed = mode == "replay", AXES[keyframe_axis], speed
        reach = 0 if self._replay else REACH
        self.window = Window(block, past=reach, future=reach)

    def begin(self, subject: Subject, face_model: FaceModel) -> Begun:
        """Look at the reference's head motion.

        Raises:
            InvalidValue: the subject has no head pose.
            SubjectError: the face is not seen in any frame.
        """
        del face_model
        pose = subject.fit.attributes.pose
        if pose is None:
            do = "use a face model that fits it"
            raise InvalidValue("the subject has no head pose", where=subject.name, do=do)
        played = longest_stretch(subject)
        usual = _usual(pose, subject.track.found)
        return Begun(subject, pose, _motions(subject, pose), usual, played)

    def match(self, attributes: FaceAttributes, state: object) -> Step[Match]:
        """See ReferenceMatcher."""
        assert isinstance(state, Begun)
        margin = self.window.past
        count = length(attributes) - 2 * margin
        pace = state.subject.fps / attributes.fps
        if self._replay:
            index = _replayed(state, count, pace)
        else:
            index = self._matched(_angles(attributes, state), state, pace)
        pose = _converted(pick(state.pose, index), attributes.pose)
        made = attrs.evolve(cut(attributes, margin, margin + count), pose=pose)
        after = attrs.evolve(state, made=state.made + count, last=int(index[-1]))
        return Step(Match(made, one_each(index)), after)

    def _matched(self, wanted: Numbers, state: Begun, pace: float) -> Tensor:
        """[T] reference frames of a block; ``wanted`` are its angles with a margin [T + 6, 3]."""
        inner = wanted[REACH : len(wanted) - REACH]
        places = keyframes(smoothed(wanted[:, self._axis]))
        end = len(inner) - 1
        places = [place for place in places if 0 < place < end]
        if state.made == 0:
            before, last = 0, state.motions.nearest(inner[0])
        else:
            before, last = -1, state.last
        known, frames = [before], [last]
        for place in [*places, end]:
            if place == known[-1]:
                continue
            reach = self._speed * pace * (place - known[-1])
            frames.append(state.motions.nearest_to(inner[place], frames[-1], reach))
            known.append(place)
        return torch.from_numpy(between(known, frames))


def _motions(subject: Subject, pose: HeadPose) -> Motions:
    angles = pose.to(PoseConvention.EULER_DEG_ORTHO).rotation.double().numpy()
    runs = stretches(subject.track)
    stretch, starts = np.full(len(angles), -1), np.zeros(len(angles), bool)
    enough = min(LONG_S * subject.fps, max(map(len, runs)))
    for number, run in enumerate(runs):
        stretch[run.start : run.stop] = number
        starts[run.start : run.stop] = len(run) >= enough
    return Motions(angles, stretch, starts)


def _usual(pose: HeadPose, found: Tensor) -> HeadPose:
    rotation, translation = pose.rotation[found].mean(0), pose.translation[found].mean(0)
    return attrs.evolve(pose, rotation=rotation[None], translation=translation[None])


def _angles(attributes: FaceAttributes, state: Begun) -> Numbers:
    """[T, 3] degrees; of a head that nothing is said about, the usual ones."""
    pose = attributes.pose
    if pose is None:
        pose = pick(state.usual, torch.zeros(length(attributes), dtype=torch.int64))
    angles: Numbers = pose.to(PoseConvention.EULER_DEG_ORTHO).rotation.double().cpu().numpy()
    return angles


def _replayed(state: Begun, count: int, pace: float) -> Tensor:
    """[T] the longest shot, back and forth at its own pace."""
    made = torch.arange(state.made, state.made + count, dtype=torch.float64)
    return state.played.start + back_and_forth(
        (made * pace + 0.5).floor().long(), len(state.played)
    )


def _converted(pose: HeadPose, like: HeadPose | None) -> HeadPose:
    return pose if like is None else pose.to(like.convention)
