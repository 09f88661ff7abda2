"""How a person moves: mean and spread of their attributes, and how they blink."""

import statistics

import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.measures import blinks, eye_aspect_ratio
from visemix.core.values.subject import AttributeStatistics, FaceFit
from visemix.core.values.track import Track


def attribute_statistics(fit: FaceFit, track: Track) -> AttributeStatistics:
    """Statistics over the reference frames in which the face was found.

    Blinks are runs of the eye aspect ratio below 0.6 x its 80th percentile; a person who was not
    seen to blink has rate and duration 0. A single frame has spread 0.

    Args:
        fit: of ``track``; the pose keeps its convention.
        track: has MediaPipe's 478 landmarks.

    Raises:
        InvalidValue: the fit has no expression or no pose, or no frame shows a face.
    """
    attributes = fit.attributes
    if attributes.expression is None or attributes.pose is None or not bool(track.found.any()):
        raise InvalidValue(
            "expected expression, pose and at least one found frame", where="FaceFit"
        )
    expression_mean, expression_std = _moments(attributes.expression[track.found])
    pose = torch.cat((attributes.pose.rotation, attributes.pose.translation), 1)
    pose_mean, pose_std = _moments(pose[track.found])
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


def _moments(values: Tensor) -> tuple[Tensor, Tensor]:
    return values.mean(0), values.std(0, correction=0)
