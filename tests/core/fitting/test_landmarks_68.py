import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.core.fitting.landmarks_68 import EYES, JAW, LIPS_INNER, LIPS_OUTER, landmarks_68
from visemix.core.testing.samples import sample_subject

LANDMARKS = sample_subject().track.landmarks[:1, :, :2]


def test_points_are_where_the_markup_has_them() -> None:
    points = landmarks_68(LANDMARKS)[0]
    assert points.shape == (68, 2)
    chin, right_eye, left_eye = points[JAW[8]], points[list(EYES[0])], points[list(EYES[1])]
    assert float(chin[1]) == pytest.approx(float(points[:, 1].max()), abs=1)
    assert float(right_eye[:, 0].max()) < float(left_eye[:, 0].min())
    outer, inner = points[list(LIPS_OUTER)], points[list(LIPS_INNER)]
    assert bool((outer.amin(0) <= inner.amin(0)).all() and (outer.amax(0) >= inner.amax(0)).all())


def test_sixty_eight_points_stay() -> None:
    points = torch.rand(3, 68, 2)
    assert landmarks_68(points) is points


def test_other_layouts_are_refused() -> None:
    with pytest.raises(InvalidValue, match="expected 478 or 68 landmarks, got 5"):
        landmarks_68(torch.zeros(1, 5, 2))
