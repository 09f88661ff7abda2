"""Keyframes: where a head turns round."""

import numpy as np
import pytest

from visemix.plugins.lstm_pose.background_keyframes import (
    Motions,
    Numbers,
    between,
    keyframes,
    smoothed,
)


def wave(period: float, frames: int = 200, height: float = 10) -> Numbers:
    made: Numbers = height * np.sin(np.arange(frames) * 2 * np.pi / period)
    return made


def test_smoothing_keeps_length_and_level() -> None:
    assert np.allclose(smoothed(np.full(26, 3.0)), 3.0)
    assert len(smoothed(np.zeros(7))) == 1
    spike = np.zeros(21)
    spike[10] = 1
    seen = smoothed(spike)
    assert int(seen.argmax()) == 7  # frame 10, less the margin of 3
    assert np.allclose(seen, seen[::-1]) and seen.sum() == pytest.approx(1)


def test_turning_points_of_a_wave() -> None:
    assert keyframes(wave(40)) == [10, 30, 50, 70, 90, 110, 130, 150, 170, 190]


def test_a_still_head_has_none() -> None:
    assert keyframes(np.zeros(50)) == []
    assert keyframes(np.arange(50.0)) == []


def test_a_pose_that_rests_at_its_limit() -> None:
    assert keyframes(wave(80).clip(-5, 5)) == [7, 47, 87, 127, 167]


def test_too_many_are_thinned() -> None:
    fast = wave(7) + wave(3.1, height=3) + wave(90)
    kept = keyframes(fast)
    assert 2 <= len(kept) <= len(fast) / 10
    assert set(kept) <= {k for k in range(1, 199) if _turns(fast, k)}


def _turns(angle: Numbers, k: int) -> bool:
    return bool((angle[k] - angle[k - 1]) * (angle[k] - angle[k + 1]) > 0)


def test_of_two_close_ones_the_further_turned_is_kept() -> None:
    angle = np.zeros(60)
    angle[20:23] = (4, 1, 6)
    assert keyframes(angle) == [22]
    assert keyframes(-angle) == [22]


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_clips_without_a_middle(frames: int) -> None:
    assert keyframes(np.arange(frames) % 2.0) in ([], [1])


def test_frames_between() -> None:
    assert between([0, 4], [10, 14]).tolist() == [10, 11, 12, 13, 14]
    assert between([0, 4], [10, 8]).tolist() == [10, 10, 9, 9, 8]
    assert between([-1, 3], [10, 14]).tolist() == [11, 12, 13, 14]
    assert between([0], [7]).tolist() == [7]


def test_the_nearest_frame() -> None:
    angles = np.array([[0.0, 0, k] for k in range(20)])
    stretch = np.repeat([0, 1], 10)
    motions = Motions(angles, stretch, stretch == 1)
    wanted = np.array([0.0, 0.0, 3.2])
    assert motions.nearest(wanted) == 10
    assert motions.nearest_to(wanted, 6, 2) == 4
    assert motions.nearest_to(wanted, 6, 9) == 3
    assert motions.nearest_to(wanted, 12, 9) == 10
