"""How near attributes that were made come to the true ones; benchmarks of learners share it."""

from torch import Tensor

from visemix.core import measures
from visemix.core.interfaces import FaceModel
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import Subject


def expression_errors(
    made: FaceAttributes, truth: FaceAttributes, reference: Subject, which: slice | list[int]
) -> tuple[float, float]:
    """Mean distance, and mean squared distance, over those of the reference's constant mean.

    Args:
        made: what a model says.
        truth: what was seen, as many frames.
        reference: whose mean is the measure.
        which: coefficients that count.
    """
    assert made.expression is not None and truth.expression is not None
    true, still = truth.expression[:, which], reference.statistics.expression_mean[which]
    errors = (made.expression[:, which] - true).norm(dim=1), (still - true).norm(dim=1)
    first, squared = (float((errors[0] ** k).mean() / (errors[1] ** k).mean()) for k in (1, 2))
    return first, squared


def mouth_figures(
    made: FaceAttributes, truth: FaceAttributes, reference: Subject, face: FaceModel
) -> tuple[float, float]:
    """ "lips" (correlation of their gap) and "mouth" (ratio of distances) of core/measures.py."""
    said, true = (face.geometry(a, reference).landmarks for a in (made, truth))
    assert said is not None and true is not None
    own = reference.track.landmarks
    lips = measures.lip_gap_correlation(said, true, own[0])
    return lips, measures.mouth_distance_ratio(said, true, own)


def turns(attributes: FaceAttributes) -> Tensor:
    """Angles of the head [T, 3], degrees."""
    assert attributes.pose is not None
    return attributes.pose.to(PoseConvention.EULER_DEG_ORTHO).rotation
