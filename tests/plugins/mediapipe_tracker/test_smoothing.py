import numpy as np
import torch

from visemix.core.measures import LIPS
from visemix.plugins.mediapipe_tracker.engine import Landmarks
from visemix.plugins.mediapipe_tracker.smoothing import slow_points, smooth


def noisy(face: Landmarks, frames: int = 30) -> torch.Tensor:
    noise = np.random.default_rng(3).normal(0, 0.3, (frames, *face.shape))
    return torch.from_numpy((face + noise).astype(np.float32))


def second_difference(points: torch.Tensor) -> float:
    return float(torch.diff(points, n=2, dim=0).abs().mean())


def test_noise_of_the_brow_goes_down_and_the_mouth_stays(face: Landmarks) -> None:
    rough = noisy(face)
    calm = smooth(rough, np.zeros(30, bool), 1.0)
    assert second_difference(calm[:, 105]) < 0.7 * second_difference(rough[:, 105])
    for fast in (*LIPS, 152, 159, 470):
        assert torch.equal(calm[:, fast], rough[:, fast])


def test_head_motion_is_not_damped(face: Landmarks) -> None:
    shift = 3 * torch.sin(torch.arange(30))[:, None, None]
    moving = torch.from_numpy(face)[None] + shift
    assert torch.allclose(smooth(moving, np.zeros(30, bool), 1.0), moving, atol=1e-3)


def test_nothing_is_averaged_across_a_cut(face: Landmarks) -> None:
    clip = torch.from_numpy(np.stack([face] * 10))
    clip[5:, 105, 1] -= 20
    cuts = np.zeros(10, bool)
    cuts[5] = True
    assert torch.allclose(smooth(clip, cuts, 1.0), clip, atol=1e-3)
    assert not torch.allclose(smooth(clip, np.zeros(10, bool), 1.0), clip, atol=1.0)


def test_off(face: Landmarks) -> None:
    rough = noisy(face)
    assert smooth(rough, np.zeros(30, bool), 0.0) is rough


def test_the_jaw_is_not_slow(face: Landmarks) -> None:
    slow = slow_points(torch.from_numpy(face))
    assert 105 in slow and 152 not in slow and 176 not in slow
