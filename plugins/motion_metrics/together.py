"""Together: what a made and a real video show of a face, in the frames that both show it in."""

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.fitting.mediapipe_points import LANDMARKS
from visemix.core.judging.case import Case, Take
from visemix.core.values.rendering import Crop
from visemix.core.values.track import Track


@attrs.frozen(eq=False)
class Together:
    """Two faces on one frame grid.

    Attributes:
        made, real: [N, 478, 3] px of the crop, frames in which both were found.
        frames: [N] int64, which frames those are.
        reference: [R, 478, 3] px, frames of the reference in which the face was found; R > 0.
        size: width of the crop, px.
        fps: frames per second.
        note: what was left out.
    """

    made: Tensor
    real: Tensor
    frames: Tensor
    reference: Tensor
    size: int
    fps: float
    note: str = ""


class Unseen(Exception):  # no error of a user's: it becomes the note of a NaN
    """There is nothing to measure; the message says why."""


def together(case: Case) -> Together:
    """The frames of a case in which both faces were found.

    Raises:
        Unseen: there are none, or the reference shows no face.
        InvalidValue: the tracker gives other landmarks than MediaPipe's 478.
    """
    made, real = (face_of(take, what) for take, what in ((case.made, "made"), (case.real, "real")))
    reference = face_of(case.reference, "reference")
    count = min(len(made.found), len(real.found))
    both = made.found[:count] & real.found[:count]
    if not bool(both.any()):
        raise Unseen("no frame shows both faces")
    lost = int((~both).sum())
    return Together(
        in_crop(made.landmarks[:count], case.made.crop)[both],
        in_crop(real.landmarks[:count], case.real.crop)[both],
        both.nonzero().flatten(),
        reference.landmarks[reference.found],
        case.real.crop.width,
        case.real.fps,
        f"{lost} of {count} frames without a face left out" if lost else "",
    )


def face_of(take: Take, what: str) -> Track:
    """The track of one video.

    Args:
        take: the video.
        what: "made", "real" or "reference", for the message.

    Raises:
        Unseen: it shows no face.
        InvalidValue: other landmarks than MediaPipe's 478.
    """
    track = take.track
    if track is None or not bool(track.found.any()):
        raise Unseen(f"no face in the {what} video")
    if track.landmarks.shape[1] != LANDMARKS:
        found = f"expected {LANDMARKS} landmarks, got {track.landmarks.shape[1]}"
        raise InvalidValue(found, where="track", do="use the tracker mediapipe in the protocol")
    return track


def in_crop(landmarks: Tensor, crop: Crop) -> Tensor:
    """Landmarks [T, L, 3] in full-frame px as px of the crop; depth grows with the picture."""
    turn, shift = crop.matrix[:, :2], crop.matrix[:, 2]
    zoom = torch.linalg.det(turn).abs().sqrt()
    return torch.cat((landmarks[..., :2] @ turn.mT + shift, landmarks[..., 2:] * zoom), -1)
