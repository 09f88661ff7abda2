"""The few frames of a reference that a few-shot system looks at, and the frontal one among them."""

import torch
from torch import Tensor

from visemix.core.errors import InvalidValue, SubjectError
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import Subject

OPEN = 0.25
"""Blinks (AU45, 0 to 5) below this leave the eyes open."""


def frontal_frame(attributes: FaceAttributes, found: Tensor) -> int:
    """t_M of Chen et al.: the frame with a face whose rotation vector has the smallest numbers.

    Frames with half-shut eyes are passed over while there are others: what is made of this frame
    would keep them shut. The paper does not say so.

    Args:
        attributes: with the pose of T frames.
        found: [T] bool, at least one of them true.

    Raises:
        InvalidValue: there is no pose.
    """
    if attributes.pose is None:
        do = "use a face model that fits it"
        raise InvalidValue("there is no head pose", where="FaceAttributes.pose", do=do)
    turned = attributes.pose.to(PoseConvention.ROTVEC_PX).rotation.abs().sum(1)
    usable = found
    if attributes.blink is not None and bool((found & (attributes.blink < OPEN)).any()):
        usable = found & (attributes.blink < OPEN)
    return int(torch.where(usable, turned, torch.inf).argmin())


def few_frames(subject: Subject, count: int) -> Tensor:
    """[K] int64, K references: the frontal frame first, the others evenly spread over the clip.

    A reference that shows the face in fewer frames than ``count`` gives those, K is smaller then.

    Raises:
        InvalidValue: the subject has no head pose.
        SubjectError: the face is not seen in any frame.
    """
    found, frontal = subject.track.found, _frontal(subject)
    others = found.clone()
    others[frontal] = False
    seen = others.nonzero()[:, 0]
    wanted = min(count - 1, len(seen))
    # Middles of equal stretches, so that no reference stands at a cut's edge when there are few.
    middles = ((torch.arange(wanted) + 0.5) * len(seen) / max(wanted, 1)).long()
    return torch.cat((torch.tensor([frontal]), seen[middles]))


def _frontal(subject: Subject) -> int:
    if not bool(subject.track.found.any()):
        do = "prepare it again from a reference that shows the face"
        raise SubjectError("no frame shows the face", where=subject.name, do=do)
    return frontal_frame(subject.fit.attributes, subject.track.found)
