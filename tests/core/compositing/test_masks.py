"""Masks fade where they should and have no holes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from visemix.core.compositing.masks import soft_face, soft_square, whole_face


def disc(radius: float, hole: float = 0.0) -> NDArray[np.float32]:
    y, x = np.mgrid[:64, :80] - np.array([32, 40])[:, None, None]
    away = np.hypot(x, y)
    seen: NDArray[np.float32] = ((away < radius) & (away >= hole)).astype(np.float32)
    return seen


def test_the_square_fades_to_its_rim() -> None:
    square = soft_square(50, 80, 0.1)
    assert square.shape == (50, 80)
    assert square[25, 40] == 1 and square[6:44, 6:74].min() == 1
    assert max(square[0].max(), square[-1].max(), square[:, 0].max(), square[:, -1].max()) == 0
    assert (np.diff(square[25, :6]) > 0).all()
    assert np.array_equal(square, square[::-1, ::-1])


def test_holes_of_a_face_are_filled() -> None:
    ring = disc(20, hole=8)  # the mouth of a mesh is one
    assert np.array_equal(whole_face(ring, 0.0) > 0, disc(20) > 0)
    wider = whole_face(ring, 4 / 64) > 0
    assert (wider >= (disc(23) > 0)).all() and (wider <= (disc(25.5) > 0)).all()


@pytest.mark.parametrize("border", [0.0, 0.1])
def test_a_soft_face(border: float) -> None:
    soft = soft_face(disc(18, hole=6), 2 / 64, border)
    assert soft[32, 40] == pytest.approx(1, abs=1e-3)
    assert soft[disc(19) > 0].min() > 0.9
    assert soft[0].max() == 0
    assert not soft_face(np.zeros((64, 80), np.float32), 0.1, border).any()
