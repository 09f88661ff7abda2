"""Figures of whole sets of clips, and of the same clips drawn with replacement."""

import math
from collections.abc import Mapping, Sequence

import torch

from visemix.core.errors import VisemixError
from visemix.core.interfaces import Metric
from visemix.core.judging.case import Observation

REPLICATES = 500
SEED = 20_260_102


def draws(clips: int, count: int = REPLICATES) -> list[list[int]]:
    """Indices of clips drawn with replacement; the same for every system and every run.

    >>> draws(3, 2) == draws(3, 2)
    True
    """
    generator = torch.Generator().manual_seed(SEED)
    found: list[list[int]] = torch.randint(clips, (count, clips), generator=generator).tolist()
    return found


def pooled_value(metric: Metric, seen: Sequence[Observation]) -> float:
    """The figure of these observations; NaN where there is none."""
    if not seen:
        return math.nan
    try:
        return float(metric.conclude(seen))
    except VisemixError:
        return math.nan


def replicates(
    metric: Metric, seen: Mapping[int, Sequence[Observation]], clips: int
) -> tuple[float, ...]:
    """The figure for every draw of clips.

    Args:
        metric: concludes.
        seen: number of a clip -> what was seen in it, one for each seed.
        clips: how many there are; one that could not be made is missing from ``seen``.
    """
    kept: dict[tuple[int, ...], float] = {}
    values = []
    for draw in draws(clips):
        key = tuple(sorted(draw))
        if key not in kept:
            chosen = [observation for index in key for observation in seen.get(index, ())]
            kept[key] = pooled_value(metric, chosen)
        values.append(kept[key])
    return tuple(values)
