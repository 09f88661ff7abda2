"""FaceMetric: one number of the frames in which both faces are seen."""

from abc import abstractmethod

from visemix.core.errors import InvalidValue
from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.plugins.motion_metrics.together import Together, Unseen, together

NAN = float("nan")


class FaceMetric(Metric):
    """A metric of landmarks, frame by frame; NaN where no face is seen."""

    def observe(self, case: Case) -> Observation:
        """The number, or NaN and why.

        Raises:
            InvalidValue: the tracker gives other landmarks than MediaPipe's 478.
        """
        try:
            both = together(case)
        except Unseen as e:
            return Observation.of(NAN, str(e))
        try:
            return Observation.of(self.measure(both), both.note)
        except Unseen as e:
            return Observation.of(NAN, str(e))
        except InvalidValue as e:  # too short
            return Observation.of(NAN, e.what)

    @abstractmethod
    def measure(self, both: Together) -> float:
        """The number.

        Raises:
            Unseen: it cannot be measured here.
        """
