"""Means, spreads and blinks of a person, against values counted by hand."""

import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.core.measures import EYES
from visemix.core.statistics import attribute_statistics
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import FaceFit
from visemix.core.values.track import Track

FPS = 10.0


def eyes_that_open(heights: list[float]) -> torch.Tensor:
    """Landmarks [T, 478, 3] with eye openings of width 1 and the given heights."""
    landmarks = torch.zeros(len(heights), 478, 3)
    for corner, upper_a, upper_b, other, lower_b, lower_a in EYES:
        landmarks[:, other, 0] = 1.0
        for upper, lower in ((upper_a, lower_a), (upper_b, lower_b)):
            landmarks[:, lower, 1] = torch.tensor(heights)
            landmarks[:, upper, 1] = 0.0
        assert corner != other
    return landmarks


def person(heights: list[float], found: list[bool] | None = None) -> tuple[FaceFit, Track]:
    frames = len(heights)
    seen = torch.tensor(found or [True] * frames)
    track = Track(
        eyes_that_open(heights),
        seen,
        torch.zeros(frames),
        torch.zeros(frames, 5),
        Crop.full(64, 64),
        FPS,
    )
    ramp = torch.arange(frames, dtype=torch.float32)
    pose = HeadPose(
        torch.stack((ramp, ramp * 0, ramp * 0), 1),
        torch.full((frames, 3), 2.0),
        PoseConvention.EULER_DEG_ORTHO,
    )
    attributes = FaceAttributes(FPS, ramp[:, None].expand(frames, 4).contiguous(), "test", pose)
    return FaceFit("test", torch.zeros(478, 3), attributes), track


def test_blinks_are_counted_per_second_and_timed() -> None:
    """Two blinks of 1 and 3 frames in 10 frames at 10 fps."""
    fit, track = person([0.3, 0.3, 0.05, 0.3, 0.3, 0.05, 0.05, 0.05, 0.3, 0.3])
    found = attribute_statistics(fit, track)
    assert found.blinks_per_s == pytest.approx(2.0)
    assert found.blink_s == pytest.approx(0.2)


def test_means_and_spreads_leave_out_frames_without_a_face() -> None:
    fit, track = person([0.3] * 4, found=[True, False, True, False])
    found = attribute_statistics(fit, track)
    torch.testing.assert_close(found.expression_mean, torch.full((4,), 1.0))
    torch.testing.assert_close(found.expression_std, torch.full((4,), 1.0))
    torch.testing.assert_close(found.pose_mean, torch.tensor([1.0, 0, 0, 2, 2, 2]))
    assert found.blinks_per_s == 0.0
    assert found.blink_s == 0.0


def test_a_photo_has_no_spread() -> None:
    fit, track = person([0.3])
    assert float(attribute_statistics(fit, track).pose_std.abs().max()) == 0.0


def test_a_fit_without_expression_and_pose_has_none_of_their_statistics() -> None:
    fit, track = person([0.3, 0.05, 0.3])
    bare = FaceFit("test", fit.neutral, FaceAttributes(FPS, blink=torch.zeros(3)))
    found = attribute_statistics(bare, track)
    assert found.expression_mean.shape == found.expression_std.shape == (0,)
    assert found.pose_mean.tolist() == found.pose_std.tolist() == [0.0] * 6
    assert found.blinks_per_s == attribute_statistics(fit, track).blinks_per_s > 0


def test_a_track_without_a_face_is_refused() -> None:
    fit, track = person([0.3, 0.3], found=[False, False])
    with pytest.raises(InvalidValue, match="at least one found frame"):
        attribute_statistics(fit, track)
