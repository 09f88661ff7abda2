"""CPBD of cases."""

import math
from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from visemix.core.judging.case import Case, Take
from visemix.core.values.subject import Picture
from visemix.plugins.picture_metrics.sharpness import Cpbd

Film = Callable[[Sequence[Picture]], Take]

PORT = 0.3916170274589569
"""What the package cpbd 1.0.7 says of the astronaut, made grey by OpenCV."""


@pytest.fixture(scope="module")
def photo() -> Picture:
    return np.asarray(astronaut(), np.uint8)  # type: ignore[no-untyped-call]  # no types


def test_it_is_the_port_s_and_looks_at_the_made_pictures(film: Film, photo: Picture) -> None:
    soft = np.asarray(cv2.GaussianBlur(photo, (0, 0), 2.0), np.uint8)
    metric = Cpbd()
    seen = metric.observe(Case(film([photo]), film([soft]), film([soft])))
    assert metric.conclude([seen]) == pytest.approx(PORT, abs=0.02)
    soft_seen = metric.observe(Case(film([soft]), film([photo]), film([photo])))
    assert metric.conclude([soft_seen]) < 0.1


def test_frames_without_an_edge_are_named(film: Film, photo: Picture) -> None:
    flat = np.full_like(photo, 90)
    seen = Cpbd().observe(Case(film([photo, flat]), film([photo]), film([photo])))
    assert len(seen.values["value"]) == 1 and "1 frames without an edge" in seen.note
    none = Cpbd().observe(Case(film([flat]), film([photo]), film([photo])))
    assert math.isnan(float(none.values["value"])) and none.note == "no frame has an edge"
    small = Cpbd().observe(Case(film([photo[:63]]), film([photo]), film([photo])))
    assert math.isnan(float(small.values["value"])) and "512 x 63 px" in small.note


def test_every_second_frame(film: Film, photo: Picture) -> None:
    clip = film([photo, photo // 2, photo])
    assert len(Cpbd(every=2).observe(Case(clip, clip, clip)).values["value"]) == 2
