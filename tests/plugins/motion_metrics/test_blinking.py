"""Rate and duration, of drawn eyes and of real people."""

from pathlib import Path

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.interfaces import FaceTracker
from visemix.core.judging.case import Case, Observation
from visemix.core.measures import EYES
from visemix.core.media.video_in import VideoReader
from visemix.core.testing.takes import losing, take_with
from visemix.plugins.motion_metrics.blinking import BlinkDuration, BlinkMetric, BlinkRate
from visemix.registry.build import build


def eyes(ratio: Tensor) -> Tensor:
    """Landmarks [T, 478, 3] whose eye aspect ratio (with the half) is ``ratio``."""
    points = torch.zeros(len(ratio), 478, 3)
    for corner, upper_a, upper_b, other, lower_b, lower_a in EYES:
        points[:, corner, 0], points[:, other, 0] = -5, 5
        points[:, [upper_a, upper_b], 1] = -5 * ratio[:, None]
        points[:, [lower_a, lower_b], 1] = 5 * ratio[:, None]
    return points


def blinking(*shut: int, frames: int = 50) -> Tensor:
    ratio = torch.full((frames,), 0.3)
    ratio[::2] += 0.004
    ratio[list(shut)] = 0.06
    return eyes(ratio)


def seen(metric: BlinkMetric, made: Tensor, fps: float = 25.0) -> Observation:
    take = take_with(made, fps=fps)
    return metric.observe(Case(take, take, take))


def test_rate_is_per_second() -> None:
    made = blinking(10, 11, 30, 31)
    assert float(seen(BlinkRate(), made).values["value"]) == pytest.approx(2 / 2)
    assert float(seen(BlinkRate(), made, fps=50.0).values["value"]) == pytest.approx(2 / 1)
    assert float(seen(BlinkRate(), blinking()).values["value"]) == 0


def test_rates_of_clips_have_their_mean() -> None:
    clips = [seen(BlinkRate(), made) for made in (blinking(10, 11), blinking(10, 30), blinking())]
    assert BlinkRate().conclude(clips) == pytest.approx((0.5 + 1 + 0) / 3)


def test_duration_is_the_median_of_all_blinks() -> None:
    """From peak to peak: 8 to 12, 26 to 32, and in the other clip 8 to 16."""
    two = seen(BlinkDuration(), blinking(10, *range(28, 31)))
    one = seen(BlinkDuration(), blinking(*range(10, 15)))
    torch.testing.assert_close(two.values["durations"], torch.tensor([4 / 25, 6 / 25]))
    assert float(two.values["value"]) == pytest.approx(5 / 25)
    assert BlinkDuration().conclude([two, one]) == pytest.approx(6 / 25)


def test_without_a_blink_there_is_no_duration() -> None:
    none = seen(BlinkDuration(), blinking())
    assert bool(none.values["value"].isnan()) and none.note == "no blink"
    one = seen(BlinkDuration(), blinking(10))
    assert BlinkDuration().conclude([none, one]) == pytest.approx(4 / 25)
    assert bool(torch.tensor(BlinkDuration().conclude([none])).isnan())


def test_both_normalisations_of_the_ratio() -> None:
    ratio = torch.full((50,), 0.3)
    ratio[20] -= 0.03
    rates = {
        ear: float(seen(BlinkRate(ear=ear), eyes(ratio)).values["value"])
        for ear in ("halved", "printed")
    }
    assert rates == {"halved": 0.0, "printed": 0.5}  # 0.06 > 0.0425: the scale decides
    same = seen(BlinkRate(ear="printed", closing=0.085), eyes(ratio))
    assert float(same.values["value"]) == 0


def test_the_relative_detector_needs_no_scale() -> None:
    made = blinking(10, 11, 12)
    for ear in ("halved", "printed"):
        metric = BlinkDuration(detector="relative", ear=ear)
        assert float(seen(metric, made).values["value"]) == pytest.approx(3 / 25)


def test_lost_frames_are_told() -> None:
    take = losing(take_with(blinking(10)), [3, 4])
    observation = BlinkRate().observe(Case(take, take, take))
    assert observation.note == "no face in 2 of 50 frames"
    blind = attrs.evolve(take, track=None)
    assert BlinkRate().observe(Case(blind, take, take)).note == "no face in the made video"


@pytest.mark.slow
def test_grid_blinks_as_published(shared: Path) -> None:
    """Vougioukas et al.: 1.18 blinks in 3 s, 0.41 s on average, 0.40 s in the median.

    Ten clips of as many people leave a standard error of 0.35 blinks.
    """
    tracker: FaceTracker = build("default", ["tracker.looks=1"]).parts.tracker
    paths = sorted((shared / "media" / "grid_s1_mpg").glob("other_*.mpg"))
    assert len(paths) == 10
    found = []
    for path in paths:
        with VideoReader(path, 25.0) as reader:
            track = tracker.track((picture for _, picture in reader), 25.0)
        take = attrs.evolve(take_with(track.landmarks), track=track)
        found.append(BlinkDuration().observe(Case(take, take, take)))
    durations = torch.cat([o.values["durations"] for o in found])
    assert len(durations) / len(paths) == pytest.approx(1.18, abs=0.35)
    assert BlinkDuration().conclude(found) == pytest.approx(0.40, abs=0.05)
    assert float(durations.mean()) == pytest.approx(0.41, abs=0.05)
