import math

import numpy as np
import pytest

from visemix.core.judging.intervals import holm, interval, limits, paired_p, resampled


def test_the_interval_of_a_mean_is_that_of_the_normal_law() -> None:
    values = np.random.default_rng(0).normal(5.0, 2.0, 200)
    figure = interval(values)
    half = 1.96 * values.std() / math.sqrt(200)
    assert figure.mean == pytest.approx(values.mean())
    assert figure.low == pytest.approx(values.mean() - half, abs=0.03)
    assert figure.high == pytest.approx(values.mean() + half, abs=0.03)


def test_values_that_could_not_be_measured_are_left_out() -> None:
    figure = interval(np.array([1.0, math.nan, 3.0]))
    assert (figure.mean, figure.clips) == (2.0, 2)
    assert interval(np.array([math.nan])).clips == 0


def test_one_clip_has_no_interval() -> None:
    figure = interval(np.array([4.0]))
    assert figure.mean == 4.0
    assert math.isnan(figure.low)


def test_an_infinite_figure_stays_infinite() -> None:
    assert interval(np.array([math.inf, math.inf])).mean == math.inf


def test_every_system_is_drawn_alike() -> None:
    values = np.arange(8.0)
    assert np.array_equal(resampled(values), resampled(values))
    assert limits(np.arange(1001.0)) == pytest.approx((25.0, 975.0))


def test_the_paired_test_counts_sign_flips() -> None:
    # all of 2^6 patterns: only all plus and all minus are as extreme as six equal differences
    assert paired_p(np.ones(6)) == pytest.approx(2 / 64)
    assert paired_p(np.array([1.0, -1.0, 1.0, -1.0])) == 1.0
    assert paired_p(np.zeros(5)) == 1.0
    assert paired_p(np.array([3.0])) == 1.0


def test_many_clips_are_tested_by_random_flips() -> None:
    differences = np.random.default_rng(1).normal(0.0, 1.0, 40)
    assert paired_p(differences + 2.0) < 0.001
    assert paired_p(differences - differences.mean()) > 0.5


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
