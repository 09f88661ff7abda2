"""CPBD: how sharp the made pictures are, whatever the true ones are."""

import torch

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.core.sharpness import BLOCK, frame_cpbd
from visemix.plugins.picture_metrics.pictures import size, some


class Cpbd(Metric):
    """Cumulative probability of blur detection of the made frames.

    Args:
        every: only each so-many-th frame is looked at.
    """

    def __init__(self, *, every: int = 1) -> None:
        self._every = every

    def observe(self, case: Case) -> Observation:
        """See Metric; frames without an edge are left out."""
        if min(case.made.crop.height, case.made.crop.width) < BLOCK:
            return Observation.of(float("nan"), f"{size(case.made)} is less than a block")
        pictures = some(case.made, len(case.made.frames), self._every)
        shares = [frame_cpbd(batch) for batch in pictures]
        found = torch.cat(shares) if shares else torch.empty(0)
        measured = found[~found.isnan()].float()
        if not len(measured):
            return Observation.of(float("nan"), "no frame has an edge")
        lost = len(found) - len(measured)
        without = f", {lost} frames without an edge" if lost else ""
        return Observation({"value": measured}, size(case.made) + without)
