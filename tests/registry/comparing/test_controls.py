"""Controls: which reference frame is nearest."""

import torch

from visemix.core.judging.comparison import CONTROLS
from visemix.core.testing.samples import sample_subject
from visemix.core.values.rendering import Crop
from visemix.registry.comparing.controls import MAKERS, nearest_mouths
from visemix.registry.comparing.takes import in_crop, scaled


def test_every_control_can_be_made() -> None:
    assert tuple(MAKERS) == CONTROLS


def test_the_nearest_mouth_is_found_whatever_the_head_does() -> None:
    still = sample_subject().track.landmarks[0]
    points = still.repeat(8, 1, 1)
    points[:, 13:15, 1] += torch.arange(8.0)[:, None] * torch.tensor([-1.0, 1.0])
    index = torch.tensor([4, 0, 7, 7])
    moved = 1.3 * points[index] + torch.tensor([30.0, -20.0, 5.0])
    assert nearest_mouths(moved, points).tolist() == index.tolist()


def test_a_track_goes_into_its_crop() -> None:
    track = sample_subject().track
    crop = scaled(Crop(torch.tensor([[2.0, 0, -40], [0, 2, -60]]), 128, 128), 64)
    inside = in_crop(track, crop)
    expected = (2 * track.landmarks[..., :2] - torch.tensor([40.0, 60.0])) / 2
    torch.testing.assert_close(inside.landmarks[..., :2], expected)
    torch.testing.assert_close(inside.landmarks[..., 2], track.landmarks[..., 2])
    assert (inside.crop.height, inside.crop.width) == (64, 64)
