"""The 68 points of the iBUG and Multi-PIE markup, and MediaPipe's landmarks as those."""

from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.fitting.mediapipe_points import LANDMARKS, POINTS_68

POINTS = 68

JAW = tuple(range(17))
BROWS = (tuple(range(17, 22)), tuple(range(22, 27)))
BRIDGE = tuple(range(27, 31))
NOSTRILS = tuple(range(31, 36))
EYES = (tuple(range(36, 42)), tuple(range(42, 48)))
LIPS_OUTER = tuple(range(48, 60))
LIPS_INNER = tuple(range(60, 68))


def landmarks_68(landmarks: Tensor) -> Tensor:
    """The 68 points [T, 68, C] of tracked landmarks [T, 478 or 68, C].

    Of MediaPipe's landmarks those nearest to the markup's; 68 points are taken as they are.

    Raises:
        InvalidValue: neither 478 nor 68 points.
    """
    count = landmarks.shape[-2]
    if count == POINTS:
        return landmarks
    if count != LANDMARKS:
        what = f"expected {LANDMARKS} or {POINTS} landmarks, got {count}"
        raise InvalidValue(what, where="landmarks")
    return landmarks[..., list(POINTS_68), :]
