"""Boxes and pictures for SyncNet."""

import attrs
import numpy as np
import pytest
import torch

from visemix.core.judging.case import Case
from visemix.plugins.sync_metrics.face_clips import face_boxes, face_pictures, frames_at_25


def test_other_rates_are_brought_to_25_fps(controls: dict[str, Case]) -> None:
    take = controls["ground-truth"].real
    assert frames_at_25(take).tolist() == list(range(75))
    fast = frames_at_25(attrs.evolve(take, fps=30.0))
    assert len(fast) == 62 or len(fast) == 63
    assert fast[:7].tolist() == [0, 1, 3, 4, 5, 6, 7]
    slow = frames_at_25(attrs.evolve(take, fps=12.5))
    assert slow[:6].tolist() == [0, 0, 1, 1, 2, 2] and len(slow) == 150


def test_one_wild_frame_does_not_move_the_box(controls: dict[str, Case]) -> None:
    track = controls["ground-truth"].real.track
    assert track is not None
    landmarks = track.landmarks[:1].repeat(75, 1, 1)
    calm = face_boxes(attrs.evolve(track, landmarks=landmarks))
    landmarks[30] += 50
    assert np.array_equal(face_boxes(attrs.evolve(track, landmarks=landmarks)), calm)
    points = landmarks[0, :, :2]
    assert calm[0, 2] == pytest.approx(float((points.amax(0) - points.amin(0)).max()) / 2)


def test_the_picture_shows_the_box_and_what_is_around_it(controls: dict[str, Case]) -> None:
    take = controls["ground-truth"].real
    assert take.track is not None
    (picture,) = face_pictures(take, np.array([3]))
    assert picture.shape == (3, 224, 224)
    x, y, half = face_boxes(take.track)[3]
    side = 2 * half * 1.4

    def place(px: float, py: float) -> tuple[float, float]:
        return (px - x + side / 2) / side * 224, (py - y + half) / side * 224

    inside = take.track.landmarks[3, 4]  # tip of the nose
    column, row = place(float(inside[0]), float(inside[1]))
    seen = picture[:, round(row), round(column)].flip(0)  # blue comes first
    true = torch.tensor(take.frames[3][round(float(inside[1])), round(float(inside[0]))])
    assert torch.allclose(seen, true.float(), atol=40)
    assert place(x, y - half)[1] == pytest.approx(0)
