"""How far made lips are from real ones."""

import torch
from torch import Tensor

from visemix.core import measures
from visemix.core.fitting.landmarks_68 import LIPS_INNER, LIPS_OUTER, landmarks_68
from visemix.plugins.motion_metrics.face_metric import FaceMetric
from visemix.plugins.motion_metrics.together import Together, Unseen

MOUTH = [*LIPS_OUTER, *LIPS_INNER]
"""The 20 mouth points of the 68."""


class Lmd(FaceMetric):
    """Mouth landmark distance of Chen et al. (ECCV 2018), mouth centres aligned.

    Args:
        reduce: "mean" over the 20 points of a frame, or "sum" as ATVG's released script has it.
        size: width of the crop that the distance is told for, px; 0 for the protocol's own.
    """

    def __init__(self, *, reduce: str = "mean", size: int = 256) -> None:
        self._sum, self._size = reduce == "sum", size

    def measure(self, both: Together) -> float:
        """Mean over the frames, px."""
        made, real = (_centred_mouth(points) for points in (both.made, both.real))
        distance = torch.linalg.vector_norm(made - real, dim=-1)
        per_frame = distance.sum(1) if self._sum else distance.mean(1)
        return float(per_frame.mean()) * (self._size or both.size) / both.size


class LipGap(FaceMetric):
    """Pearson correlation of the distance of the inner lips, made against real, at lag 0."""

    def measure(self, both: Together) -> float:
        """-1 to 1; 0 for lips that stand perfectly still."""
        if len(both.made) < 2:
            raise Unseen("a correlation needs two frames")
        return measures.lip_gap_correlation(both.made, both.real, both.reference[0])


class MouthDistance(FaceMetric):
    """Distance over 40 lip points, rigid motion removed, relative to the reference's mean mouth."""

    def measure(self, both: Together) -> float:
        """0 for the truth, 1 for a mouth that stands still as the reference's mean one."""
        return measures.mouth_distance_ratio(both.made, both.real, both.reference)


def _centred_mouth(points: Tensor) -> Tensor:
    mouth = landmarks_68(points)[:, MOUTH, :2]
    return mouth - mouth.mean(1, keepdim=True)
