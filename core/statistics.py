"""How a person moves: mean and spread of their attributes, and how they blink."""

import statistics

import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.measures import blinks, eye_aspect_ratio
from visemix.core.timeline import length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.subject import AttributeStatistics, FaceFit
from visemix.core.values.track import Track


def attribute_statistics(fit: FaceFit, track: Track) -> AttributeStatistics:
    """Statistics over the reference frames in which the face was found.

    Blinks are runs of the eye aspect ratio below 0.6 x its 80th percentile; a person who was not
    seen to blink has rate and duration 0. A single frame has spread 0. Face models without
    expressions have none of their statistics, those without a pose have zeros.

    Args:
        fit: of ``track``; the pose keeps its convention.
        track: has MediaPipe's 478 landmarks.

    Raises:
        InvalidValue: no frame shows a face.
    """
    if not bool(track.found.any()):
        raise InvalidValue("expected at least one found frame", where="Track")
    expression_mean, expression_std = _moments(_expression(fit.attributes)[track.found])
    pose_mean, pose_std = _moments(_pose(fit.attributes)[track.found])
    # Frames without a face repeat a neighbour, so a gap neither makes nor splits a blink.
    seen = blinks(eye_aspect_ratio(track.landmarks))
    lengths = [blink.stop - blink.start for blink in seen]
    return AttributeStatistics(
        expression_mean,
        expression_std,
        pose_mean,
        pose_std,
        blinks_per_s=len(seen) * track.fps / len(track.landmarks),
        blink_s=statistics.median(lengths) / track.fps if lengths else 0.0,
    )


def _expression(attributes: FaceAttributes) -> Tensor:
    """[T, E], with E = 0 where there are none."""
    if attributes.expression is not None:
        return attributes.expression
    return torch.zeros(length(attributes), 0)


def _pose(attributes: FaceAttributes) -> Tensor:
    """[T, 6] rotation and translation, 0 where there are none."""
    if attributes.pose is None:
        return torch.zeros(length(attributes), 6)
    return torch.cat((attributes.pose.rotation, attributes.pose.translation), 1)


def _moments(values: Tensor) -> tuple[Tensor, Tensor]:
    mean = values.mean(0)
    return mean, values.std(0, correction=0) if len(mean) else mean  # std warns of no numbers
