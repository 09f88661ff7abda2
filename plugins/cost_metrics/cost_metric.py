"""CostMetric: a number of what a video cost; controls cost nothing that is measured."""

from abc import abstractmethod

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.core.judging.cost import Cost

NAN = float("nan")


class Unmeasured(Exception):  # no error of a user's: it becomes the note of a NaN
    """There is nothing to measure; the message says why."""


class CostMetric(Metric):
    """A metric of ``Case.cost``; NaN where there is none."""

    def observe(self, case: Case) -> Observation:
        """The number, or NaN and why."""
        if case.cost is None:
            return Observation.of(NAN, "nothing was measured: it was not made by a system")
        try:
            return Observation.of(self.measure(case.cost))
        except Unmeasured as e:
            return Observation.of(NAN, str(e))

    @abstractmethod
    def measure(self, cost: Cost) -> float:
        """The number.

        Raises:
            Unmeasured: this run does not say.
        """
