"""Numbers and verdicts as words."""

import math

from visemix.core.judging.comparison import Definition
from visemix.core.judging.intervals import Interval
from visemix.core.judging.verdicts import Verdict

NOTHING = "\N{EN DASH}"
FEW = 2
"""Recipes whose verdicts need no table before them."""

ARROWS = {
    "larger": "\N{UPWARDS ARROW}",
    "smaller": "\N{DOWNWARDS ARROW}",
    "nearer": "\N{RIGHTWARDS ARROW}",
}
MORE = {"larger": "more", "smaller": "less", "nearer": "nearer to the truth"}


def number(value: float) -> str:
    """Three significant digits, never an exponent for what fits a line.

    >>> number(0.98765), number(1234.5), number(31.07), number(0.0), number(float("nan")) == NOTHING
    ('0.988', '1234', '31.1', '0', True)
    """
    if math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "\N{INFINITY}" if value > 0 else "-\N{INFINITY}"
    size = abs(value)
    if size >= 1e7 or 0 < size < 1e-4:
        return f"{value:.2e}"
    digits = 0 if size >= 100 else 2 - math.floor(math.log10(size)) if size > 0 else 0
    return f"{value:.{digits}f}"


def limits(figure: Interval) -> str:
    """The interval, or nothing where there is none.

    >>> limits(Interval(2.0, 1.5, 2.5, 8))
    '1.50 to 2.50'
    """
    if math.isnan(figure.low) or math.isnan(figure.high):
        return ""
    return f"{number(figure.low)} to {number(figure.high)}"


def sentence(verdict: Verdict, metric: Definition) -> str:
    """A verdict in plain words."""
    if not verdict.winner:
        return f"{verdict.first} and {verdict.second} on {metric.label}: {verdict.reason}"
    loser = verdict.second if verdict.winner == verdict.first else verdict.first
    low, high = sorted((abs(verdict.low), abs(verdict.high)))
    unit = "" if metric.unit == "1" else f" {metric.unit}"
    difference = f"{number(abs(verdict.difference))}{unit} {MORE[metric.better]}"
    return (
        f"{verdict.winner} is better than {loser} on {metric.label}: {difference} "
        f"(95 % interval {number(low)} to {number(high)}, p = {verdict.p:.2g})"
    )
