"""CostMetric: a number of what a video cost; controls cost nothing that is measured."""

from abc import abstractmethod

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.core.judging.cost import Cost

NAN = float("nan")
ROUNDING = 1e-6
"""Shares of a time need not add up to the time exactly."""


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


def after_start(cost: Cost) -> tuple[float, ...]:
    """Seconds of every frame but those that were finished first, with the start of everything.

    Raises:
        Unmeasured: all were finished together.
    """
    spent, most = 0.0, cost.first_frame_s * (1 + ROUNDING)
    for index, seconds in enumerate(cost.frame_s):
        spent += seconds
        if spent > most:
            return cost.frame_s[index:]
    raise Unmeasured("all frames were finished together")
