"""OwnMotion: head and lids of the reference, played forwards and backwards."""

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.shapes import Value
from visemix.core.timeline import length, pick
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.subject import Subject


@attrs.frozen(eq=False)
class OwnMotion(Value):
    """What the reference did.

    Attributes:
        seen: head pose and lids of its frames.
    """

    seen: FaceAttributes

    @staticmethod
    def of(subject: Subject) -> "OwnMotion":
        """Of a reference; a photo stands still.

        Raises:
            InvalidValue: its face model knows no head pose.
        """
        seen = subject.fit.attributes
        if seen.pose is None:
            do = "use a face model that fits the head pose"
            raise InvalidValue("the reference has no head pose", where=subject.fit.model, do=do)
        lids = torch.zeros(length(seen)) if seen.blink is None else seen.blink
        return OwnMotion(FaceAttributes(seen.fps, pose=seen.pose, blink=lids))

    def at(self, first: int, frames: int) -> FaceAttributes:
        """Frames from ``first`` on of the endless motion.

        >>> from visemix.core.testing.samples import SamplePlan, sample_subject
        >>> motion = OwnMotion.of(sample_subject(SamplePlan(frames=3)))
        >>> length(motion.at(0, 10))
        10
        """
        return pick(self.seen, to_and_fro(length(self.seen), first, frames))


def to_and_fro(count: int, first: int, frames: int) -> Tensor:
    """Numbers from 0 to ``count`` - 1 and back again, [frames] int64.

    >>> to_and_fro(3, 1, 6).tolist()
    [1, 2, 1, 0, 1, 2]
    """
    there_and_back = max(2 * (count - 1), 1)
    place = torch.arange(first, first + frames) % there_and_back
    return torch.minimum(place, there_and_back - place) if count > 1 else place
