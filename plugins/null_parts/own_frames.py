"""OwnFrames: a matcher for systems that match nothing."""

import attrs
import torch
from torch import Tensor

from visemix.core.compositing.playback import back_and_forth, longest_stretch, one_each, stretches
from visemix.core.errors import InvalidValue
from visemix.core.interfaces import FaceModel, ReferenceMatcher
from visemix.core.timeline import length
from visemix.core.values.attributes import FaceAttributes, Match
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window

BASES = ("first", "neutral", "play")


@attrs.frozen
class Playing:
    """Where in time the matcher is.

    Attributes:
        frames: of the reference, played back and forth.
        fps: their rate.
        frame: the next one to make.
    """

    frames: range
    fps: float
    frame: int = 0


class OwnFrames(ReferenceMatcher):
    """Passes the attributes on as they are.

    Args:
        base: frames around the face. "first": the first that shows it. "neutral": the one with
            the calmest expression and the head nearest to its usual pose. "play": the longest shot,
            played back and forth at its own pace.

    Raises:
        InvalidValue: another ``base``.
    """

    window = Window(block=25)

    def __init__(self, base: str = "first") -> None:
        if base not in BASES:
            raise InvalidValue(f"expected {' or '.join(BASES)}, got {base!r}", where="base")
        self._base = base

    def begin(self, subject: Subject, face_model: FaceModel) -> Playing:
        """See ReferenceMatcher.

        Raises:
            SubjectError: the face is not seen in any frame.
        """
        del face_model
        longest = longest_stretch(subject)
        if self._base == "play":
            return Playing(longest, subject.fps)
        frame = calmest(subject) if self._base == "neutral" else stretches(subject.track)[0].start
        return Playing(range(frame, frame + 1), subject.fps)

    def match(self, attributes: FaceAttributes, state: object) -> Step[Match]:
        """See ReferenceMatcher."""
        assert isinstance(state, Playing)
        count = length(attributes)
        made = torch.arange(state.frame, state.frame + count)
        played = (made.double() * (state.fps / attributes.fps) + 0.5).floor().long()
        index = state.frames.start + back_and_forth(played, len(state.frames))
        return Step(
            Match(attributes, one_each(index)), attrs.evolve(state, frame=state.frame + count)
        )


def calmest(subject: Subject) -> int:
    """The frame with the most neutral expression and the least turned head."""
    seen = subject.fit.attributes
    unrest = torch.zeros(length(subject.track))
    if seen.expression is not None:
        unrest = unrest + _share(seen.expression.square().sum(1).sqrt(), subject)
    if seen.blink is not None:
        unrest = unrest + _share(seen.blink, subject)
    if seen.pose is not None:
        turn = seen.pose.to(PoseConvention.EULER_DEG_ORTHO).rotation
        usual = turn[subject.track.found].median(0).values
        unrest = unrest + _share((turn - usual).abs().sum(1), subject)
    return int(torch.where(subject.track.found, unrest, torch.inf).argmin())


def _share(values: Tensor, subject: Subject) -> Tensor:
    """In units of its mean over the frames that show the face."""
    return values / values[subject.track.found].mean().clamp_min(1e-6)
