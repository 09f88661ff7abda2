"""The detectors on drawn series, where every frame is known."""

import pytest
import torch
from torch import Tensor

from visemix.core.measures import Blink
from visemix.plugins.motion_metrics.blinks import published_blinks, relative_blinks

OPEN, SHUT = 0.30, 0.06


def series(frames: int, *shut: int) -> Tensor:
    """Open eyes that tremble a little, shut in the named frames; peaks stand on even frames."""
    ratio = OPEN + 0.004 * (1 - torch.arange(frames) % 2)
    ratio[list(shut)] = SHUT
    return ratio


def test_a_blink_reaches_from_peak_to_peak() -> None:
    """Falls between frames 9 and 10; the open peaks around it are frames 8 and 14."""
    ratio = series(30, 10, 11, 12)
    assert published_blinks(ratio, 25.0) == [Blink(8, 14)]
    assert relative_blinks(ratio, 25.0) == [Blink(10, 13)]


def test_peaks_in_the_lower_half_are_not_open() -> None:
    """The middle between 0.06 and 0.304 is 0.182: a flutter of the shut lids ends nothing."""
    ratio = series(30, *range(10, 17))
    ratio[13] = 0.17
    assert published_blinks(ratio, 25.0) == [Blink(8, 18)]
    ratio[13] = 0.19
    assert [blink.start for blink in published_blinks(ratio, 25.0)] == [8, 13]


@pytest.mark.parametrize(("fall", "count"), [(0.042, 0), (0.043, 1)])
def test_a_fall_must_be_as_high_as_published(fall: float, count: int) -> None:
    ratio = torch.full((30,), OPEN)
    ratio[12] = OPEN - fall  # and back at once
    assert len(published_blinks(ratio, 25.0)) == count


def test_falls_less_than_four_frames_apart_are_one() -> None:
    near, far = series(40, 10, 13), series(40, 10, 14)
    assert len(published_blinks(near, 25.0)) == 1
    assert len(published_blinks(far, 25.0)) == 2


def test_the_constants_go_with_the_frame_rate() -> None:
    """At 50 frames per second eyes fall by half as much from frame to frame."""
    slope = torch.tensor([0.0, 0.03, 0.06, 0.09, 0.12, 0.12, 0.06, 0.0])
    ratio = torch.full((40,), OPEN)
    ratio[10:18] -= slope
    assert published_blinks(ratio, 25.0) == []
    assert len(published_blinks(ratio, 50.0)) == 1
    apart = series(60, 10, 15)  # five frames: enough at 25 per second, not at 50
    assert [len(published_blinks(apart, fps)) for fps in (25.0, 50.0)] == [2, 1]


def test_the_ratio_without_the_half_has_its_own_threshold() -> None:
    ratio = torch.full((30,), OPEN)
    ratio[12] -= 0.03  # no blink; told twice as high it is one for the same threshold
    assert len(published_blinks(ratio, 25.0)) == 0
    assert len(published_blinks(2 * ratio, 25.0)) == 1
    assert len(published_blinks(2 * ratio, 25.0, closing=0.085)) == 0


def test_ends_of_the_clip_end_a_blink() -> None:
    """Eyes that are open at an end of the clip have no peak there."""
    ratio = torch.full((20,), OPEN)
    ratio[5:8] = SHUT
    assert published_blinks(ratio, 25.0) == [Blink(0, 19)]
    ratio[12] += 0.01
    assert published_blinks(ratio, 25.0) == [Blink(0, 12)]
    assert published_blinks(torch.tensor([OPEN, SHUT]), 25.0) == []


def test_open_eyes_do_not_blink() -> None:
    assert published_blinks(torch.full((50,), OPEN), 25.0) == []
    assert published_blinks(series(50), 25.0) == []
