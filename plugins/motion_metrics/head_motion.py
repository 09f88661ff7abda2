"""How the head of a made video moves, against the real one."""

import torch
from torch import Tensor

from visemix.core import measures
from visemix.core.judging.head_pose import head_pose
from visemix.plugins.motion_metrics.face_metric import FaceMetric
from visemix.plugins.motion_metrics.together import Together, Unseen

FULL_RANGE_DEG = 180.0
"""Angles lie within 90 degrees to either side."""


class HeadSimilarity(FaceMetric):
    """HS of Yi et al.: 1 - W1 of the distributions of pitch, yaw and roll, mean of the three.

    Args:
        range: "joint": W1 is divided by the range of the angle in both videos together; "fixed":
            by ``range_deg``.
        range_deg: degrees.
    """

    def __init__(self, *, range: str = "joint", range_deg: float = FULL_RANGE_DEG) -> None:
        self._range_deg = range_deg if range == "fixed" else None

    def measure(self, both: Together) -> float:
        """At most 1, for heads that are turned equally often into every direction."""
        made, real = (head_pose(points).rotation for points in (both.made, both.real))
        return measures.head_similarity(made, real, self._range_deg)


class PoseError(FaceMetric):
    """Angle between the made and the real head in the same frame, mean over the frames."""

    def measure(self, both: Together) -> float:
        """Degrees."""
        made, real = (head_pose(points).matrix() for points in (both.made, both.real))
        return float(torch.rad2deg(turn_between(made, real)).mean())


class Jitter(FaceMetric):
    """Mean length of the second difference of all points but the lips, made over real."""

    def measure(self, both: Together) -> float:
        """1 for the truth, 0 for a still picture.

        Raises:
            Unseen: no three frames in a row show both faces, or the real one stands still.
        """
        row = both.frames[2:] - both.frames[:-2] == 2
        if not bool(row.any()):
            raise Unseen("no three frames in a row show both faces")
        made, real = (_jitter(points, row) for points in (both.made, both.real))
        if real == 0:
            raise Unseen("the real face stands perfectly still")
        return made / real


def turn_between(first: Tensor, second: Tensor) -> Tensor:
    """Angle [...] of the rotation from one matrix [..., 3, 3] to another, radians."""
    # The chord between two rotations is 2 sqrt(2) sin(angle / 2): exact for small angles, where
    # the arc cosine of the trace is not.
    chord = torch.linalg.matrix_norm((first - second).double())
    return 2 * torch.asin((chord / 8**0.5).clamp(max=1))


def _jitter(points: Tensor, row: Tensor) -> float:
    """``measures.jitter`` over the triples of frames that ``row`` [N - 2] chooses."""
    keep = [i for i in range(points.shape[1]) if i not in set(measures.LIPS)]
    second = torch.diff(points[:, keep, :2], n=2, dim=0)[row]
    height = torch.linalg.vector_norm(points[:, 10, :2] - points[:, 152, :2], dim=-1).mean()
    return float(torch.linalg.vector_norm(second, dim=-1).mean() / height)
