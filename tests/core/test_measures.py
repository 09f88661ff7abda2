"""Every measure against a case small enough to do by hand."""

import math

import pytest
import torch
from torch import Tensor

from visemix.core import measures
from visemix.core.errors import InvalidValue
from visemix.core.rotations import euler_to_matrix


def face(frames: int = 6, seed: int = 0) -> Tensor:
    """One face standing still [T, 478, 3]."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, 478, 3, generator=generator).expand(frames, 478, 3).clone() * 40


def moved(landmarks: Tensor) -> Tensor:
    """``landmarks`` turned, scaled and shifted differently in every frame."""
    steps = torch.arange(len(landmarks), dtype=torch.float32)
    angles = torch.stack((0.05 * steps, -0.03 * steps, 0.1 * steps), 1)
    scale = (1 + 0.1 * steps)[:, None, None]
    return scale * landmarks @ euler_to_matrix(angles).mT + steps[:, None, None] * 7


def talking(frames: int = 6) -> Tensor:
    landmarks = face(frames)
    landmarks[:, 14, 1] += torch.tensor([0.0, 9, 30, 5, 12, 2])[:frames]
    return landmarks


def test_rigid_motion_is_removed_and_the_norm_is_one() -> None:
    landmarks = face()
    aligned = measures.remove_rigid_motion(moved(landmarks), landmarks[0])
    torch.testing.assert_close(aligned, aligned[:1].expand_as(aligned), atol=1e-4, rtol=0)
    stable = aligned[0, list(measures.STABLE)]
    assert float(stable.norm()) == pytest.approx(1, abs=1e-4)
    assert float(stable.mean(0).abs().max()) < 1e-5


def test_lip_gap_is_the_distance_in_the_image() -> None:
    landmarks = torch.zeros(1, 478, 3)
    landmarks[0, 13] = torch.tensor([3.0, 0.0, 5.0])
    landmarks[0, 14] = torch.tensor([0.0, 4.0, 9.0])
    assert float(measures.lip_gap(landmarks)) == pytest.approx(5)


def test_lip_gap_correlation_ignores_the_head() -> None:
    clip = talking()
    assert measures.lip_gap_correlation(moved(clip), clip, clip[0]) == pytest.approx(1, abs=1e-4)


def test_correlation_of_known_series() -> None:
    first, second = torch.tensor([1.0, 2, 3, 4]), torch.tensor([2.0, 1, 4, 3])
    assert measures.correlation(first, second) == pytest.approx(0.6)
    assert measures.correlation(first, -first) == pytest.approx(-1)
    assert measures.correlation(first, torch.ones(4)) == 0.0


def test_mouth_distance_ratio_is_0_for_the_truth_and_1_for_a_still_mouth() -> None:
    reference, real = talking(5), talking(6)
    reference[0] = reference.mean(0)  # so that the still mouth is a frame one can repeat
    still = reference.mean(0).expand(6, 478, 3)
    assert measures.mouth_distance_ratio(real, real, reference) == pytest.approx(0, abs=1e-4)
    assert measures.mouth_distance_ratio(still, real, reference) == pytest.approx(1, abs=1e-3)


def test_mouth_distance_counts_forty_points_in_the_image() -> None:
    real = torch.zeros(1, 478, 3)
    made = real.clone()
    made[0, 13] = torch.tensor([3.0, 4.0, 100.0])
    assert len(set(measures.LIPS)) == 40
    assert measures.mouth_distance(made, real) == pytest.approx(5 / 40)


@pytest.mark.parametrize("measure", ["lip_gap_correlation", "mouth_distance_ratio"])
def test_clips_of_different_length_are_refused(measure: str) -> None:
    clip = talking()
    reference = clip[0] if measure == "lip_gap_correlation" else clip
    with pytest.raises(InvalidValue, match="6 and 5 frames"):
        getattr(measures, measure)(clip, clip[:5], reference)


def test_eye_aspect_ratio_is_height_over_width_averaged_over_the_eyes() -> None:
    landmarks = torch.zeros(1, 478, 3)
    for height, eye in zip((2.0, 4.0), measures.EYES, strict=True):
        corner, upper_a, upper_b, other, lower_b, lower_a = eye
        landmarks[0, corner, 0], landmarks[0, other, 0] = -5, 5
        for upper, lower, x in ((upper_a, lower_a, -1.0), (upper_b, lower_b, 1.0)):
            landmarks[0, upper] = torch.tensor([x, 0.0, 0.0])
            landmarks[0, lower] = torch.tensor([x, height, 0.0])
    # 2/10 and 4/10
    assert float(measures.eye_aspect_ratio(landmarks)) == pytest.approx(0.3)


def test_a_blink_at_either_end_is_counted() -> None:
    ratio = torch.tensor([0.1, 0.3, 0.3, 0.3, 0.3, 0.19, 0.17, 0.3, 0.3, 0.1])
    found = measures.blinks(ratio)  # level: 0.6 x 0.3 = 0.18
    assert found == [measures.Blink(0, 1), measures.Blink(6, 7), measures.Blink(9, 10)]


def test_open_eyes_do_not_blink() -> None:
    assert measures.blinks(torch.full((20,), 0.3)) == []


def test_wasserstein_of_shifted_and_unequal_sets() -> None:
    first = torch.tensor([0.0, 1.0, 2.0])
    assert measures.wasserstein(first, first + 3) == pytest.approx(3)
    # One half of the mass at 0 moves to 1.
    assert measures.wasserstein(torch.tensor([0.0]), torch.tensor([0.0, 1.0])) == pytest.approx(0.5)


def test_head_similarity_with_joint_and_fixed_range() -> None:
    made = torch.tensor([[0.0, 0, 5], [10, 0, 5]])
    real = torch.tensor([[10.0, 0, 5], [20, 0, 5]])
    # Pitch moves by 10 of the joint range 20; yaw and roll are equal and constant.
    assert measures.head_similarity(made, real) == pytest.approx((0.5 + 1 + 1) / 3)
    fixed = measures.head_similarity(made, real, range_deg=180)
    assert fixed == pytest.approx((1 - 10 / 180 + 2) / 3)


def test_jitter_is_the_second_difference_over_the_face_height() -> None:
    landmarks = torch.zeros(4, 478, 3)
    landmarks[:, 152, 1] = 100.0
    assert measures.jitter(landmarks + torch.arange(4.0)[:, None, None]) == pytest.approx(0)
    landmarks[..., 0] = torch.tensor([0.0, 1.0, 0.0, 1.0])[:, None]
    assert measures.jitter(landmarks) == pytest.approx(2 / 100)


def test_jitter_leaves_the_lips_out() -> None:
    landmarks = torch.zeros(3, 478, 3)
    landmarks[:, 152, 1] = 100.0
    landmarks[1, list(measures.LIPS), 0] = math.pi
    assert measures.jitter(landmarks) == 0.0


def test_jitter_needs_three_frames() -> None:
    with pytest.raises(InvalidValue, match="3 frames, got 2"):
        measures.jitter(face(2))
