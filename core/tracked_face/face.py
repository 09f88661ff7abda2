"""A clip's face in numbers: the person's neutral shape and lids; pose, expression, blink."""

from typing import Annotated

import attrs
import torch
from torch import Tensor

from visemix.core.fitting.alignment import Alignment
from visemix.core.fitting.mediapipe_points import LANDMARKS
from visemix.core.shapes import Array, Value
from visemix.core.tracked_face.alignment import align
from visemix.core.tracked_face.closing import closed_mouth
from visemix.core.tracked_face.expression import expression_basis
from visemix.core.tracked_face.lids import SHUT, closure, lid_range
from visemix.core.tracked_face.neutral import frontalise


@attrs.frozen(eq=False)
class TrackedPerson(Value):
    """What does not change while a person talks.

    Attributes:
        neutral: [478, 3] calm shape (eyes open, mouth closed), model units.
        lids: [2] how far the right and left lid close, as multiples of the canonical blink.
    """

    neutral: Annotated[Tensor, Array("478 3")]
    lids: Annotated[Tensor, Array("2")]

    def shape(self, expression: Tensor | None, blink: Tensor | None, frames: int) -> Tensor:
        """The face before it is turned [T, 478, 3], model units.

        Args:
            expression: [T, 64] in ``landmark-mesh-64``; None for the calm face.
            blink: [T] AU45, 0 to 5; None for open eyes.
            frames: T.
        """
        basis = expression_basis()
        shape = self.neutral.expand(frames, LANDMARKS, 3)
        if expression is not None:
            shape = shape + basis.decode(expression)
        if blink is not None:
            shape = shape + weighted(blink[:, None] / SHUT * self.lids, basis.lids)
        return shape


@attrs.frozen(eq=False)
class TrackedFace:
    """A clip of T frames.

    Attributes:
        person: who.
        alignment: the head's motion.
        expression: [T, 64] in ``landmark-mesh-64``.
        blink: [T] AU45, 0 to 5.
    """

    person: TrackedPerson
    alignment: Alignment
    expression: Tensor
    blink: Tensor

    def fitted(self) -> Tensor:
        """The landmarks that these numbers say [T, 478, 3], px around the crop's centre."""
        count = len(self.blink)
        return self.alignment.apply(self.person.shape(self.expression, self.blink, count))


def read_person(points: Tensor) -> TrackedPerson:
    """The person of tracked points [T, 478, 3] in px around the crop's centre."""
    basis, frontal = expression_basis(), frontalise(points)
    opened, shut = lid_range(frontal.neutral, frontal.points, basis.lids)
    neutral = frontal.neutral + weighted(opened[None], basis.lids)[0]
    # A lid that hardly moves would make blink a ratio of two noises.
    return TrackedPerson(closed_mouth(neutral, basis), (shut - opened).clamp_min(0.1))


def read_face(points: Tensor, found: Tensor) -> TrackedFace:
    """The person, and what they do in every frame.

    Args:
        points: [T, 478, 3] px around the crop's centre, y up (``alignment.to_camera``).
        found: [T] bool, frames to learn the person from.
    """
    basis, person = expression_basis(), read_person(points[found])
    alignment = align(person.neutral, points)
    moved = alignment.undo(points) - person.neutral
    blink = (closure(moved, basis.lids) / person.lids).mean(1).clamp(0, 1) * SHUT
    lids = weighted(blink[:, None] / SHUT * person.lids, basis.lids)
    return TrackedFace(person, alignment, basis.encode(moved - lids), blink)


def weighted(amount: Tensor, lids: Tensor) -> Tensor:
    """Lid displacement [T, 478, 3] of closures [T, 2]."""
    return torch.einsum("ts,svc->tvc", amount, lids)
