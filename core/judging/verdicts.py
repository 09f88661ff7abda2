"""Which of two systems is better on a metric, and only where the numbers say so."""

import itertools
import math
from collections.abc import Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from visemix.core.judging.comparison import Comparison, Definition, Pooled
from visemix.core.judging.intervals import (
    DRAWS,
    FEWEST,
    clips_needed,
    holm,
    interval,
    limits,
    paired_p,
)
from visemix.core.judging.scores import Table, pooled_row, score, truth_of

ALPHA = 0.05


@attrs.frozen
class Verdict:
    """Two recipes on one metric.

    Attributes:
        metric: label.
        first, second: systems.
        difference: how much better the first is, in the metric's unit (negative: worse).
        low, high: its 95 % interval over paired clips.
        p: of the paired test, corrected (Holm) over all pairs of this metric.
        clips: pairs that both could be measured on.
        winner: the better one; empty when the numbers do not say so.
        reason: why there is no winner.
        short: no number of these clips could have told them apart: too many recipes, too few clips.
    """

    metric: str
    first: str
    second: str
    difference: float
    low: float
    high: float
    p: float
    clips: int
    winner: str = ""
    reason: str = ""
    short: bool = False


def verdicts(
    comparison: Comparison, per_clip: Mapping[str, Table], unusable: Mapping[str, str]
) -> list[Verdict]:
    """Every pair of recipes on every usable metric.

    Args:
        comparison: all figures.
        per_clip: label -> table.
        unusable: metrics to leave out.
    """
    names = [s.name for s in comparison.recipes]
    failed = {name: sum(f.system == name for f in comparison.failures) for name in names}
    found = []
    for metric in comparison.metrics:
        if metric.label in unusable:
            continue
        pairs = [
            _pooled_pair(metric, a, b, comparison.pooled)
            if metric.pooled
            else _pair(per_clip[metric.label], a, b)
            for a, b in itertools.combinations(names, 2)
        ]
        corrected = holm([pair.p for pair in pairs])
        needed = 0 if metric.pooled else clips_needed(len(pairs), ALPHA)
        found += [
            _decided(attrs.evolve(pair, p=p), failed, needed)
            for pair, p in zip(pairs, corrected, strict=True)
        ]
    return found


@attrs.frozen
class Tally:
    """How often one recipe won and lost.

    Attributes:
        system: which.
        won: verdicts for it, over all metrics and all others.
        lost: verdicts against it.
    """

    system: str
    won: int
    lost: int


def tallies(found: Sequence[Verdict], recipes: Sequence[str]) -> list[Tally]:
    """One for each recipe, in their order.

    Metrics of one kind say much the same, so the sum is a way into the list and no verdict itself.
    """
    won = [(v.winner, v.second if v.winner == v.first else v.first) for v in found if v.winner]
    return [
        Tally(name, sum(a == name for a, _ in won), sum(b == name for _, b in won))
        for name in recipes
    ]


def shortage(found: Sequence[Verdict], recipes: int) -> str:
    """What to tell people whose clips are too few for verdicts; empty where they are not."""
    short = [pair.clips for pair in found if pair.short]
    if not short:
        return ""
    pairs = recipes * (recipes - 1) // 2
    return (
        f"{len(short)} of them could not have had one: with {recipes} recipes, {pairs} pairs on "
        f"every metric, it takes {clips_needed(pairs, ALPHA)} clips, and these were judged on "
        f"{min(short)} to {max(short)}. Compare fewer recipes, or use more clips."
    )


def _pair(table: Table, first: str, second: str) -> Verdict:
    difference = table.scores(first) - table.scores(second)
    difference = difference[np.isfinite(difference)]
    figure = interval(difference)
    return Verdict(
        table.metric.label,
        first,
        second,
        figure.mean,
        figure.low,
        figure.high,
        paired_p(difference),
        figure.clips,
    )


def _pooled_pair(metric: Definition, first: str, second: str, rows: Sequence[Pooled]) -> Verdict:
    """From the replicates, whose draws both systems share."""
    a, b = (pooled_row(rows, name, metric.label) for name in (first, second))
    draws = _differences(metric, a, b, rows)
    if len(draws) < FEWEST:
        return Verdict(metric.label, first, second, math.nan, math.nan, math.nan, 1.0, 0)
    low, high = limits(draws[1:])
    tail = min(float((draws[1:] <= 0).mean()), float((draws[1:] >= 0).mean()))
    p = min(max(2 * tail, 1 / min(len(draws), DRAWS)), 1.0)
    return Verdict(metric.label, first, second, float(draws[0]), low, high, p, len(draws) - 1)


def _differences(
    metric: Definition, a: Pooled | None, b: Pooled | None, rows: Sequence[Pooled]
) -> NDArray[np.float64]:
    """[1 + R] how much better ``a`` is: of all clips, then of every draw; empty if not known."""
    truth = truth_of(rows, metric)
    ours, theirs = _scores(metric, a, truth), _scores(metric, b, truth)
    if len(ours) != len(theirs):
        return np.empty(0)
    difference: NDArray[np.float64] = ours - theirs
    return difference[np.isfinite(difference)]


def _scores(metric: Definition, row: Pooled | None, truth: float) -> NDArray[np.float64]:
    if row is None or row.value is None:
        return np.empty(0)
    return np.array([score(metric.better, v, truth) for v in (row.value, *row.replicates)])


def _decided(pair: Verdict, failed: Mapping[str, int], needed: int) -> Verdict:
    """Name the winner only if interval, test and failures allow it."""
    if pair.clips < FEWEST or math.isnan(pair.low):
        return attrs.evolve(pair, reason="too few clips that both could be measured on")
    if pair.clips < needed:
        reason = f"{pair.clips} clips are too few: among so many recipes it takes {needed}"
        return attrs.evolve(pair, reason=reason, short=True)
    if not (pair.low > 0 or pair.high < 0):
        return attrs.evolve(pair, reason="the interval of the difference holds zero")
    if pair.p >= ALPHA:
        reason = f"the paired test does not tell them apart (p = {pair.p:.2g})"
        return attrs.evolve(pair, reason=reason)
    winner, loser = (pair.first, pair.second) if pair.difference > 0 else (pair.second, pair.first)
    if failed[winner] > failed[loser]:
        return attrs.evolve(pair, reason=f"{winner} failed on more clips than {loser}")
    return attrs.evolve(pair, winner=winner)
