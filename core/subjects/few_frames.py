"""The few frames of a reference that a few-shot system looks at, and the frontal one among them."""

import torch
from torch import Tensor

from visemix.core.errors import InvalidValue, SubjectError
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Subject


def frontal_frame(pose: HeadPose, found: Tensor) -> int:
    """t_M of Chen et al.: the frame with a face whose rotation vector has the smallest numbers.

    Args:
        pose: of T frames.
        found: [T] bool, at least one of them true.
    """
    turned = pose.to(PoseConvention.ROTVEC_PX).rotation.abs().sum(1)
    return int(torch.where(found, turned, torch.inf).argmin())


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
    pose, found = subject.fit.attributes.pose, subject.track.found
    if pose is None:
        do = "use a face model that fits it"
        raise InvalidValue("the subject has no head pose", where=subject.name, do=do)
    if not bool(found.any()):
        do = "prepare it again from a reference that shows the face"
        raise SubjectError("no frame shows the face", where=subject.name, do=do)
    return frontal_frame(pose, found)
