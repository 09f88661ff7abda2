"""Lips against cases that are done by hand."""

import pytest
import torch
from torch import Tensor

from visemix.core.fitting.mediapipe_points import MOUTH_68
from visemix.core.interfaces import Metric
from visemix.core.testing.samples import SamplePlan, sample_attributes
from visemix.core.testing.takes import SIZE, case_of, landmarks_of
from visemix.plugins.motion_metrics.lips import LipGap, Lmd, MouthDistance


def value(metric: Metric, made: Tensor, real: Tensor, reference: Tensor | None = None) -> float:
    return metric.conclude([metric.observe(case_of(made, real, reference))])


def points(frames: int = 4) -> Tensor:
    random = torch.Generator().manual_seed(3)
    return 40 + 10 * torch.randn(1, 478, 3, generator=random).repeat(frames, 1, 1)


def test_lmd_of_one_point_that_is_20_px_off() -> None:
    """Its own distance is 20 (1 - 1/20) = 19, that of the 19 others 20 / 20 = 1: 38 in sum."""
    real = points()
    made = real.clone()
    made[:, MOUTH_68[0], 1] += 20
    assert value(Lmd(size=SIZE), made, real) == pytest.approx(38 / 20, rel=1e-5)
    assert value(Lmd(size=SIZE, reduce="sum"), made, real) == pytest.approx(38, rel=1e-5)


def test_lmd_is_told_for_a_crop_of_256_px() -> None:
    real = points()
    made = real.clone()
    made[:, MOUTH_68[0], 1] += 20
    assert value(Lmd(), made, real) == pytest.approx(1.9 * 256 / SIZE, rel=1e-5)
    assert value(Lmd(size=0), made, real) == pytest.approx(1.9, rel=1e-5)


def test_lmd_is_the_mean_over_the_frames() -> None:
    real = points(4)
    made = real.clone()
    made[:2, MOUTH_68[0], 0] += 20  # the other two frames are right
    assert value(Lmd(size=SIZE), made, real) == pytest.approx(0.95, rel=1e-5)


def test_lmd_looks_at_the_mouth_only_and_not_at_where_it_is() -> None:
    real = points()
    made = real + torch.tensor([5.0, -3.0, 100.0])  # the centres are aligned, depth is not seen
    made[:, 33] += 50
    assert len(set(MOUTH_68)) == 20
    assert value(Lmd(), made, real) == pytest.approx(0, abs=1e-4)


def speaking() -> Tensor:
    return landmarks_of(sample_attributes(SamplePlan(frames=60)))


def test_lip_gap_is_a_correlation() -> None:
    real = speaking()
    gap = real.clone()
    gap[:, 14, 1] = 2 * real[:, 13, 1] - real[:, 14, 1]  # opens upwards: the distance is the same
    assert value(LipGap(), gap, real) == pytest.approx(1, abs=1e-3)
    assert value(LipGap(), real.roll(4, 0), real) < 0.8
    assert value(LipGap(), real[:1].expand_as(real), real) == 0.0


def test_lip_gap_needs_two_frames() -> None:
    one = speaking()[:1]
    seen = LipGap().observe(case_of(one, one))
    assert bool(seen.values["value"].isnan())
    assert seen.note == "a correlation needs two frames"


def test_mouth_distance_is_1_for_the_references_mean_mouth() -> None:
    """A head that stands still, so that a mean of landmarks is a mean of mouths."""
    still = speaking()[:1].repeat(60, 1, 1)
    real = still.clone()
    real[:, 14, 1] += 4 * torch.sin(torch.arange(60.0)) ** 2
    mean = real.mean(0, keepdim=True).expand_as(real)
    assert value(MouthDistance(), mean, real) == pytest.approx(1, rel=5e-3)
    assert value(MouthDistance(), real, real) == 0
    # half of every excursion is half of the distance
    assert value(MouthDistance(), (mean + real) / 2, real) == pytest.approx(0.5, rel=1e-3)
