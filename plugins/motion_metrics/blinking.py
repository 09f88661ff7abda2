"""How often and for how long the eyes of a made video are shut."""

from abc import abstractmethod
from collections.abc import Sequence

import torch

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.core.measures import Blink, eye_aspect_ratio
from visemix.plugins.motion_metrics.blinks import CLOSING, published_blinks, relative_blinks
from visemix.plugins.motion_metrics.together import Unseen, face_of

DETECTORS = {"published": published_blinks, "relative": relative_blinks}
EAR_FACTORS = {"halved": 1.0, "printed": 2.0}
"""Soukupova and Cech's ratio; and that of equation 8 of Vougioukas et al., which lacks the half."""

NAN = float("nan")


class BlinkMetric(Metric):
    """The blinks of the made video.

    Args:
        detector: "published" or "relative".
        ear: "halved" or "printed".
        closing: least fall of that ratio from one frame to the next, at 25 frames per second.
    """

    def __init__(
        self, *, detector: str = "published", ear: str = "halved", closing: float = CLOSING
    ) -> None:
        self._detect = DETECTORS[detector]
        self._factor = EAR_FACTORS[ear]
        self._closing = closing

    def observe(self, case: Case) -> Observation:
        """Blinks of the made video; frames without a face hold the last one seen.

        Raises:
            InvalidValue: the tracker gives other landmarks than MediaPipe's 478.
        """
        try:
            track = face_of(case.made, "made")
        except Unseen as e:
            return Observation.of(NAN, str(e))
        ratio = self._factor * eye_aspect_ratio(track.landmarks)
        seen = self.say(self._detect(ratio, track.fps, self._closing), len(ratio), track.fps)
        lost = int((~track.found).sum())
        note = f"no face in {lost} of {len(ratio)} frames" if lost else ""
        return Observation(seen.values, "; ".join(filter(None, (seen.note, note))))

    @abstractmethod
    def say(self, blinks: Sequence[Blink], frames: int, fps: float) -> Observation:
        """What ``blinks`` in so many frames mean."""


class BlinkRate(BlinkMetric):
    """Blinks per second of the clip."""

    def say(self, blinks: Sequence[Blink], frames: int, fps: float) -> Observation:
        """Blinks/s."""
        return Observation.of(len(blinks) * fps / frames)


class BlinkDuration(BlinkMetric):
    """Length of a blink: the median, over all blinks of all clips when there are several."""

    def say(self, blinks: Sequence[Blink], frames: int, fps: float) -> Observation:
        """Seconds; "durations" has those of all blinks."""
        durations = torch.tensor([(blink.stop - blink.start) / fps for blink in blinks])
        if not blinks:
            return Observation({"value": torch.tensor(NAN), "durations": durations}, "no blink")
        return Observation({"value": torch.quantile(durations, 0.5), "durations": durations})

    def conclude(self, observations: Sequence[Observation]) -> float:
        """Median of all blinks, seconds; NaN if there are none."""
        empty = torch.zeros(0)
        durations = torch.cat([o.values.get("durations", empty) for o in observations])
        return float(torch.quantile(durations, 0.5)) if len(durations) else NAN
