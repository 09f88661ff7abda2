"""What both videos show: lost frames, crops, and reasons for showing nothing."""

from collections.abc import Callable

import attrs
import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.core.judging.case import Case, Take
from visemix.core.testing.takes import case_of, losing, take_with
from visemix.core.values.rendering import Crop
from visemix.plugins.motion_metrics.together import Unseen, in_crop, together

POINTS = torch.arange(6 * 478 * 3, dtype=torch.float32).reshape(6, 478, 3)


def blind(take: Take) -> Take:
    return attrs.evolve(take, track=None)


def test_frames_without_either_face_are_left_out() -> None:
    made, real = losing(take_with(POINTS), [1]), losing(take_with(POINTS + 1), [1, 4])
    both = together(Case(made, real, real))
    assert both.frames.tolist() == [0, 2, 3, 5]
    assert torch.equal(both.made, POINTS[[0, 2, 3, 5]])
    assert torch.equal(both.real, POINTS[[0, 2, 3, 5]] + 1)
    assert both.note == "2 of 6 frames without a face left out"
    assert torch.equal(both.reference, POINTS[[0, 2, 3, 5]] + 1)


def test_the_shorter_video_decides() -> None:
    assert together(case_of(POINTS[:4], POINTS)).frames.tolist() == [0, 1, 2, 3]
    assert together(case_of(POINTS, POINTS[:5])).frames.tolist() == [0, 1, 2, 3, 4]
    assert together(case_of(POINTS, POINTS)).note == ""


def test_the_reference_may_be_longer_or_one_photo() -> None:
    assert len(together(case_of(POINTS, POINTS, POINTS[:1])).reference) == 1
    assert len(together(case_of(POINTS[:2], POINTS[:2], POINTS)).reference) == 6


def test_landmarks_become_px_of_the_crop() -> None:
    """Cut out at (10, 20) and enlarged twice: x, y and depth."""
    crop = Crop(torch.tensor([[2.0, 0, -20], [0, 2, -40]]), 64, 64)
    point = torch.tensor([[[15.0, 21.0, -3.0]]])
    assert in_crop(point, crop).flatten().tolist() == [10, 2, -6]
    real = take_with(POINTS)
    case = Case(attrs.evolve(real, crop=crop), real, real)
    assert torch.equal(together(case).made[0, 0], torch.tensor([-20.0, -38, 4]))
    assert torch.equal(together(case).real, POINTS)


@pytest.mark.parametrize("which", ["made", "real", "reference"])
@pytest.mark.parametrize("hide", [blind, lambda take: losing(take, list(range(6)))])
def test_a_video_without_a_face_is_named(which: str, hide: Callable[[Take], Take]) -> None:
    takes = {name: take_with(POINTS) for name in ("made", "real", "reference")}
    takes[which] = hide(takes[which])
    with pytest.raises(Unseen, match=f"no face in the {which} video"):
        together(Case(takes["made"], takes["real"], takes["reference"]))


def test_faces_that_are_never_seen_together() -> None:
    real = take_with(POINTS)
    case = Case(losing(real, [0, 1, 2]), losing(real, [3, 4, 5]), real)
    with pytest.raises(Unseen, match="no frame shows both faces"):
        together(case)


def test_other_landmarks_are_refused() -> None:
    with pytest.raises(InvalidValue, match="expected 478 landmarks, got 68"):
        together(case_of(POINTS[:, :68], POINTS))
