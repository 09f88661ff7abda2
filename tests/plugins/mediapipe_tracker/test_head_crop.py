import numpy as np
import torch

from visemix.plugins.mediapipe_tracker.engine import Landmarks
from visemix.plugins.mediapipe_tracker.head_crop import head_crop


def box(face: Landmarks) -> tuple[float, float, float, float]:
    (left, top), (right, bottom) = face[:, :2].min(0), face[:, :2].max(0)
    return float(left), float(top), float(right), float(bottom)


def test_a_slice_of_the_frame_with_room_for_hair_and_chin(face: Landmarks) -> None:
    moved = np.asarray(face + np.array([400, 300, 0]), np.float32)
    crop = head_crop(moved[None], (1080, 1920), 512)
    assert torch.equal(crop.matrix[:, :2], torch.eye(2))
    assert torch.equal(crop.matrix[:, 2], crop.matrix[:, 2].round())
    x, y = (-crop.matrix[:, 2]).tolist()
    left, top, right, bottom = box(moved)
    height = bottom - top
    assert y <= top - 0.45 * height and y + crop.height >= bottom + 0.15 * height
    assert x <= left - 0.2 * height and x + crop.width >= right + 0.2 * height


def test_it_holds_a_moving_head(face: Landmarks) -> None:
    clip = np.stack([face + np.array([300 + 5 * t, 200, 0]) for t in range(40)]).astype(np.float32)
    crop = head_crop(clip, (720, 1280), 1000)
    points = clip[..., :2] + crop.matrix[:, 2].numpy()
    assert points.min() >= 0 and points.max() <= crop.width


def test_one_wild_frame_does_not_blow_it_up(face: Landmarks) -> None:
    clip = np.stack([face + 300] * 400).astype(np.float32)
    calm = head_crop(clip, (720, 1280), 1000)
    clip[7] += 300
    assert head_crop(clip, (720, 1280), 1000).height == calm.height


def test_a_large_head_is_scaled_down(face: Landmarks) -> None:
    crop = head_crop(np.asarray(face * 8, np.float32)[None], (2048, 2048), 512)
    assert crop.height == crop.width == 512
    x, y = (face[1, :2] * 8 @ crop.matrix[:, :2].numpy().T + crop.matrix[:, 2].numpy()).tolist()
    assert 0 < x < 512 and 0 < y < 512


def test_it_stays_inside_the_frame_where_it_fits(face: Landmarks) -> None:
    crop = head_crop(face[None], (256, 256), 512)
    assert crop.height <= 256
    assert 0 <= -float(crop.matrix[1, 2]) <= 256 - crop.height
