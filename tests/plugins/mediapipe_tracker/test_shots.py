import numpy as np
import pytest

from visemix.plugins.mediapipe_tracker.shots import change, find_cuts, seems_new, thumbnail


def cuts(*changes: float) -> list[int]:
    return [int(i) for i in np.flatnonzero(find_cuts(np.array(changes)))]


def test_a_jump_cut_between_still_frames() -> None:
    assert cuts(0, 0.5, 0.5, 7.7, 0.5, 0.3) == [3]


def test_fast_motion_is_no_cut() -> None:
    assert cuts(0, 2.2, 2.7, 3.0, 2.8, 4.9, 2.2, 2.0, 7.0, 6.0, 5.5) == []


def test_a_cut_into_fast_motion() -> None:
    assert cuts(0, 0.5, 0.5, 29.4, 11.2, 12.6, 12.7) == [3]


def test_repeated_frames_do_not_hide_motion() -> None:
    assert cuts(0, 4.0, 0, 0, 0, 6.0, 0, 0, 0, 5.0) == []


def test_a_clip_of_one_frame() -> None:
    assert cuts(0) == []


def test_the_decision_on_the_way() -> None:
    assert seems_new(7.7, 0.5)
    assert not seems_new(7.7, 6.0)


@pytest.mark.parametrize("size", [(1, 1), (3, 700), (1080, 1920)])
def test_thumbnails_of_any_size(size: tuple[int, int]) -> None:
    small = thumbnail(np.full((*size, 3), 17, np.uint8))
    assert small.shape == (32, 32, 3)
    assert change(small, np.full_like(small, 27)) == pytest.approx(10)
