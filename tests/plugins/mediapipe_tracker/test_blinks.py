import numpy as np
import pytest
import torch
from torch import Tensor

from visemix.core.measures import EYES
from visemix.plugins.mediapipe_tracker.blinks import blink_intensity
from visemix.plugins.mediapipe_tracker.engine import Landmarks


def with_lids(face: Landmarks, openings: list[float]) -> Tensor:
    """The face with its lids at given shares of their opening, frame by frame."""
    frames = torch.from_numpy(np.stack([face] * len(openings)))
    share = torch.tensor(openings)[:, None]
    for eye in EYES:
        for upper, lower in ((eye[1], eye[5]), (eye[2], eye[4])):
            frames[:, upper, :2] = frames[:, lower, :2] + share * (
                frames[:, upper, :2] - frames[:, lower, :2]
            )
    return frames


def test_open_shut_and_between(face: Landmarks) -> None:
    openings = [1.0] * 40 + [0.6, 0.1, 0.6]
    blink = blink_intensity(with_lids(face, openings), torch.ones(43, dtype=torch.bool))
    assert float(blink[:40].max()) == 0
    assert blink[40:].tolist() == pytest.approx([2.0, 5.0, 2.0], abs=0.05)


def test_narrow_eyes_are_not_half_shut(face: Landmarks) -> None:
    blink = blink_intensity(with_lids(face, [0.5] * 30), torch.ones(30, dtype=torch.bool))
    assert float(blink.max()) == 0


def test_lost_frames_do_not_set_the_open_level(face: Landmarks) -> None:
    found = torch.tensor([True] * 30 + [False] * 60)
    blink = blink_intensity(with_lids(face, [1.0] * 30 + [0.3] * 60), found)
    assert float(blink[:30].max()) == 0 and float(blink[30:].min()) > 3


def test_a_photo_with_shut_eyes(face: Landmarks) -> None:
    assert float(blink_intensity(with_lids(face, [0.1]), torch.ones(1, dtype=torch.bool))) > 3
    assert float(blink_intensity(with_lids(face, [1.0]), torch.ones(1, dtype=torch.bool))) == 0
