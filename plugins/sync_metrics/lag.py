"""How late the sound is, and how well lips and sound agree: no download, no network.

A linear map that learned from other speakers hears how the lips ought to move; the lag at which
that agrees best with how they do move is the offset.
"""

from abc import abstractmethod

import torch

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation, Take
from visemix.core.sync_check import LagCurve, compared, lip_distances
from visemix.plugins.sync_metrics.listening import (
    packaged_listener,
    steady_windows,
    syllables,
)
from visemix.plugins.sync_metrics.sound import FPS, listened, unheard

LEAD_S = 0.02
"""How much later than the lips the sound of clips in sync is heard (PAPER.md)."""

MOST_S = 0.6
"""Largest lag that is tried: 15 frames at 25 fps, as SyncNet's script does."""

SHORTEST = 3
"""A clip must be so many times as long as the largest lag."""

AGREE = 0.15
"""Lips and sound that correlate less than this at every lag have no offset."""


class LagMetric(Metric):
    """Correlation of the lips with what is heard, lag by lag."""

    def observe(self, case: Case) -> Observation:
        """See Metric: "value", and "correlation" [2 N + 1] of the lags -N to N frames."""
        reason = _unfit(case.made)
        if reason:
            return Observation.of(float("nan"), reason)
        curve = lag_curve_of(case.made)
        value, note = self._figure(curve)
        return Observation({"value": torch.tensor(value), "correlation": curve.correlation}, note)

    @abstractmethod
    def _figure(self, curve: LagCurve) -> tuple[float, str]:
        """The number, and what a reader should know."""


class LagOffset(LagMetric):
    """Frames by which the sound is early (positive) or late (negative)."""

    def _figure(self, curve: LagCurve) -> tuple[float, str]:
        peak = float(curve.correlation.max())
        if peak < AGREE:
            return float("nan"), f"lips and sound agree at no lag (correlation {peak:.2f})"
        return -(curve.late_s - LEAD_S) * FPS, ""


class LagConfidence(LagMetric):
    """Highest correlation near sync above the median over all lags.

    Args:
        within: frames at 25 fps that count as near; 15 takes the highest of all, as SyncNet's
            confidence does, and cannot tell sync from a constant delay.
    """

    def __init__(self, *, within: int = 3) -> None:
        self._within = within

    def _figure(self, curve: LagCurve) -> tuple[float, str]:
        near = curve.lags.abs() <= self._within * curve.fps / FPS
        return float(curve.correlation[near].max() - curve.correlation.median()), ""


def lag_curve_of(take: Take) -> LagCurve:
    """Of a take with a face and sound."""
    assert take.track is not None and take.audio is not None  # _unfit() has looked
    windows = steady_windows(listened(take.audio), len(take.track.found), take.fps)
    heard = syllables(packaged_listener().hear(windows), take.fps)
    seen = syllables(lip_distances(take.track.landmarks), take.fps)
    return compared(heard, seen, take.fps, round(MOST_S * take.fps))


def _unfit(take: Take) -> str:
    """Why a take cannot be measured; empty if it can."""
    if take.track is None or not bool(take.track.found.any()):
        return "no face"
    if len(take.track.found) < SHORTEST * round(MOST_S * take.fps):
        return f"shorter than {SHORTEST * MOST_S:.1f} s"
    return unheard(take)
