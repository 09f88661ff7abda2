"""What benchmarks.rhythmic_head measures: head motion and expression against the truth."""

import attrs
import torch
from torch import Tensor

from benchmarks.attribute_figures import expression_errors, turns
from benchmarks.lstm_pose import Halves
from visemix.core.fitting.landmark_pca import landmark_pca
from visemix.core.measures import correlation, head_similarity
from visemix.core.rotations import matrix_to_rotvec
from visemix.core.timeline import length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import HeadPose, PoseConvention


@attrs.frozen
class Figures:
    """Both networks on one clip."""

    clip: str
    rotation: float
    rotation_mean: float
    rotation_last: float
    head: float
    head_mean: float
    head_reference: float
    spread: float
    correlation: tuple[float, ...]
    expression: float
    expression_squared: float
    lip_gap: float
    lip_gap_spread: float
    learning_s: float


def figures(made: FaceAttributes, halves: Halves, spent: float) -> Figures:
    reference, truth = halves.reference.fit.attributes, halves.truth
    mean = halves.reference.statistics.pose_mean[:3].expand(length(truth), -1)
    angles, true, seen = (turns(a) for a in (made, truth, reference))
    still = attrs.evolve(truth, pose=attrs.evolve(_pose(truth), rotation=mean))
    last = attrs.evolve(truth, pose=attrs.evolve(_pose(truth), rotation=seen[-1:].expand_as(true)))
    expression, squared = expression_errors(made, truth, halves.reference, slice(None))
    gaps = [_lip_gap(a) for a in (made, truth)]
    return Figures(
        clip=halves.clip.name,
        rotation=_turned(made, truth),
        rotation_mean=_turned(still, truth),
        rotation_last=_turned(last, truth),
        head=head_similarity(angles, true),
        head_mean=head_similarity(mean, true),
        head_reference=head_similarity(seen, true),
        spread=float((angles.std(0) / true.std(0)).mean()),
        correlation=tuple(correlation(angles[:, k], true[:, k]) for k in range(3)),
        expression=expression,
        expression_squared=squared,
        lip_gap=correlation(*gaps),
        lip_gap_spread=float(gaps[0].std() / gaps[1].std()),
        learning_s=spent,
    )


def _pose(attributes: FaceAttributes) -> HeadPose:
    assert attributes.pose is not None
    return attributes.pose.to(PoseConvention.EULER_DEG_ORTHO)


def _turned(made: FaceAttributes, true: FaceAttributes) -> float:
    """Mean angle between two heads, degrees."""
    between = matrix_to_rotvec(_pose(made).matrix().mT @ _pose(true).matrix())
    return float(between.norm(dim=1).mean() * 180 / torch.pi)


def _lip_gap(attributes: FaceAttributes) -> Tensor:
    """Distance of the inner lips [T], of the 68 points."""
    assert attributes.expression is not None
    shape = landmark_pca().landmarks(attributes.expression)
    apart = shape[:, [61, 62, 63], :2] - shape[:, [67, 66, 65], :2]
    distance: Tensor = apart.norm(dim=-1).mean(1)
    return distance
