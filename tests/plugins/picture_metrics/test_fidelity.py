"""PSNR and SSIM of cases."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Take
from visemix.core.values.subject import Picture
from visemix.plugins.picture_metrics.fidelity import Psnr, Ssim

Film = Callable[[Sequence[Picture]], Take]


def test_psnr_of_levels_that_are_known(film: Film) -> None:
    real = [np.full((8, 8, 3), 100, np.uint8)] * 3
    made = [np.full((8, 8, 3), level, np.uint8) for level in (101, 110, 95)]
    case = Case(film(made), film(real), film(real))
    seen = Psnr(levels="grey").observe(case)
    wanted = [20 * math.log10(255 / error) for error in (1, 10, 5)]
    assert seen.values["value"].tolist() == pytest.approx(wanted, abs=1e-4)
    assert seen.note == "8 x 8 px"
    assert Psnr().conclude([seen]) == pytest.approx(sum(wanted) / 3, abs=1e-4)


def test_grey_forgives_what_has_the_same_luma(film: Film) -> None:
    real = [np.full((8, 8, 3), 100, np.uint8)]
    made = [np.tile(np.array([117, 100, 56], np.uint8), (8, 8, 1))]  # 0.299 x 17 = 0.114 x 44
    case = Case(film(made), film(real), film(real))
    assert math.isinf(Psnr(levels="grey").conclude([Psnr(levels="grey").observe(case)]))
    error = (17**2 + 44**2) / 3
    colour = Psnr(levels="rgb").conclude([Psnr(levels="rgb").observe(case)])
    assert colour == pytest.approx(10 * math.log10(255**2 / error), abs=1e-4)


def test_ssim_is_scikit_image_s_frame_by_frame(film: Film, noise: list[Picture]) -> None:
    made = [(0.7 * p + 20).astype(np.uint8) for p in noise]
    seen = Ssim().observe(Case(film(made), film(noise), film(noise)))
    for found, a, b in zip(seen.values["value"].tolist(), made, noise, strict=True):
        wanted: Any = structural_similarity(a, b, channel_axis=2, data_range=255)  # type: ignore[no-untyped-call]  # scikit-image has no types
        assert found == pytest.approx(float(wanted), abs=1e-5)


@pytest.mark.parametrize("metric", [Psnr(), Ssim()], ids=["psnr", "ssim"])
def test_the_shorter_take_decides(metric: Metric, film: Film, noise: list[Picture]) -> None:
    case = Case(film(noise[:3]), film(noise), film(noise))
    assert len(metric.observe(case).values["value"]) == 3
    empty = metric.observe(Case(film([]), film(noise), film(noise)))
    assert math.isnan(metric.conclude([empty])) and empty.note == "no frames"


def test_a_crop_smaller_than_the_window_is_not_measured(film: Film) -> None:
    small = film([np.zeros((5, 9, 3), np.uint8)])
    seen = Ssim().observe(Case(small, small, small))
    assert math.isnan(float(seen.values["value"])) and seen.note == "9 x 5 px is too small"


def test_long_clips_are_compared_a_batch_at_a_time(film: Film, noise: list[Picture]) -> None:
    long = [noise[k % 5] for k in range(37)]
    made = [*long[:-1], 255 - long[-1]]
    seen = Psnr().observe(Case(film(made), film(long), film(long))).values["value"]
    assert len(seen) == 37
    assert float(seen[-1]) < 15 < float(seen[0])
    assert not bool(seen.isinf().any())
