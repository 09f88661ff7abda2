"""What a few clips allow to say of the mean: bootstrap intervals and a paired test."""

import itertools

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.stats import permutation_test

DRAWS = 10_000
LEVEL = 0.95
SEED = 20_260_101

FEWEST = 2
"""Clips from which an interval can be given at all."""

EXACT = 1_000_000
"""Sign flips up to which the test tries all (19 clips)."""


@attrs.frozen
class Interval:
    """A mean with its percentile bootstrap interval over clips.

    Attributes:
        mean: over the clips that have a value.
        low, high: limits of the 95 % interval; NaN for fewer than FEWEST clips.
        clips: how many have a value.
    """

    mean: float
    low: float
    high: float
    clips: int


def interval(values: NDArray[np.float64]) -> Interval:
    """Of [C] values, NaN where there is none; an infinite one makes the mean infinite."""
    measured = values[~np.isnan(values)]
    if len(measured) == 0:
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    mean = float(measured.mean())
    if len(measured) < FEWEST or not np.isfinite(measured).all():
        return Interval(mean, float("nan"), float("nan"), len(measured))
    low, high = limits(resampled(measured))
    return Interval(mean, low, high, len(measured))


def resampled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """[DRAWS] means of values [C] drawn with replacement; the same draws for the same C."""
    draws = np.random.default_rng(SEED).integers(0, len(values), (DRAWS, len(values)))
    means: NDArray[np.float64] = values[draws].mean(1)
    return means


def limits(replicates: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % percentile interval of bootstrap replicates."""
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(replicates, (tail, 1 - tail))
    return float(low), float(high)


def paired_p(differences: NDArray[np.float64]) -> float:
    """Two-sided sign-flip permutation test of [C] paired differences against a mean of zero.

    All 2^C sign patterns are tried up to 19 clips, 10,000 random ones beyond: with fewer than 6
    clips no p below 0.05 exists.
    """
    if len(differences) < FEWEST:
        return 1.0
    if not differences.any():
        return 1.0
    exact = 2 ** len(differences) <= EXACT
    result = permutation_test(
        (differences,),
        _mean,
        permutation_type="samples",
        n_resamples=EXACT if exact else DRAWS,
        alternative="two-sided",
        vectorized=True,
        rng=np.random.default_rng(SEED),
    )
    return float(result.pvalue)


def clips_needed(tests: int, level: float) -> int:
    """Fewest clips with which the smallest p of the sign-flip test, corrected, is below ``level``.

    >>> clips_needed(1, 0.05), clips_needed(15, 0.05)
    (6, 10)
    """
    return next(clips for clips in itertools.count(FEWEST) if tests * 2.0 ** (1 - clips) < level)


def holm(p_values: list[float]) -> list[float]:
    """Holm's correction: the chance of even one false verdict among all stays under the level."""
    order = np.argsort(p_values)
    corrected, worst = [1.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        worst = max(worst, min(1.0, p_values[place] * (len(p_values) - rank)))
        corrected[int(place)] = worst
    return corrected


def _mean(values: NDArray[np.float64], axis: int = -1) -> NDArray[np.float64]:
    return np.asarray(values.mean(axis))
