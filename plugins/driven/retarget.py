"""Poses of one person, or from a file, given to another."""

import torch
from torch import Tensor

from visemix.core.errors import DatasetError
from visemix.core.rotations import (
    euler_to_matrix,
    matrix_to_euler,
    matrix_to_rotvec,
    rotvec_to_matrix,
)
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Subject

DEGREES = 180 / torch.pi
ROUNDS = 5
"""A mean rotation is found by steps to the mean of what is left; the fourth changes nothing."""


def pose_of(subject: Subject) -> HeadPose:
    """The poses of a reference, in degrees with size and place.

    Raises:
        DatasetError: its face model fits none.
    """
    pose = subject.fit.attributes.pose
    if pose is None:
        do = "use a face model that fits it"
        raise DatasetError("it has no head pose", where=subject.name, do=do)
    return pose.to(PoseConvention.EULER_DEG_ORTHO)


def mean_pose_of(subject: Subject) -> HeadPose:
    """[1] the mean pose over the frames with a face.

    Raises:
        DatasetError: its face model fits none.
    """
    pose, found = pose_of(subject), subject.track.found
    seen = found if bool(found.any()) else torch.ones_like(found)
    turned = mean_rotation(pose.matrix()[seen])
    place = pose.translation[seen].mean(0, keepdim=True)
    return HeadPose(_degrees(turned[None]), place, PoseConvention.EULER_DEG_ORTHO)


def mean_rotation(matrices: Tensor) -> Tensor:
    """[3, 3] that the rotations [T, 3, 3] differ least from."""
    mean = matrices[0]
    for _ in range(ROUNDS):
        rest = matrix_to_rotvec(mean.mT @ matrices).mean(0)
        mean = mean @ rotvec_to_matrix(rest)
    return mean


def around(pose: HeadPose, own: HeadPose, theirs: HeadPose, amount: float = 1.0) -> HeadPose:
    """Moves like ``pose``, but around ``own`` instead of ``theirs``.

    A head that comes nearer or moves aside by some of its size does the same.

    Args:
        pose: [T] in degrees with size and place.
        own: [1] mean pose to move around.
        theirs: [1] mean pose that ``pose`` moves around.
        amount: factor on the motion.
    """
    turn = rotvec_to_matrix(amount * matrix_to_rotvec(theirs.matrix().mT @ pose.matrix()))
    size = (pose.translation[:, :1] / theirs.translation[:, :1]) ** amount
    moved = (pose.translation - theirs.translation)[:, 1:] / theirs.translation[:, :1]
    place = own.translation[:, 1:] + amount * moved * own.translation[:, :1]
    translation = torch.cat((own.translation[:, :1] * size, place), 1)
    return HeadPose(_degrees(own.matrix() @ turn), translation, PoseConvention.EULER_DEG_ORTHO)


def turned_by(angles: Tensor, own: HeadPose) -> HeadPose:
    """``own`` [1], turned by pitch, yaw, roll [T, 3] in degrees."""
    matrix = own.matrix() @ euler_to_matrix(angles / DEGREES)
    place = own.translation.expand(len(angles), -1).clone()
    return HeadPose(_degrees(matrix), place, PoseConvention.EULER_DEG_ORTHO)


def _degrees(matrix: Tensor) -> Tensor:
    return matrix_to_euler(matrix) * DEGREES
