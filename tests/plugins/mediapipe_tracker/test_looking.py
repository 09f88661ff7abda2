import cv2
import numpy as np
import pytest

from visemix.core.values.subject import Picture
from visemix.plugins.mediapipe_tracker.engine import EngineSettings, Landmarks
from visemix.plugins.mediapipe_tracker.looking import Looker


def in_large(portrait: Picture, size: tuple[int, int], left: int, top: int) -> Picture:
    frame = np.full((*size, 3), 90, np.uint8)
    frame[top : top + 256, left : left + 256] = portrait
    return frame


@pytest.mark.parametrize("size", [(1080, 1920), (2160, 3840)])
def test_a_small_face_in_a_large_photo(
    portrait: Picture, face: Landmarks, size: tuple[int, int]
) -> None:
    picture = in_large(portrait, size, 1200, 700)
    with Looker(EngineSettings()) as looker:
        (found,) = looker.photo(picture)
    expected = face[:, :2] + [1200, 700]
    assert np.linalg.norm(found[:, :2] - expected, axis=1).mean() < 2.5  # px


def test_a_face_that_fills_the_photo(portrait: Picture, face: Landmarks) -> None:
    left, top = face[:, :2].min(0).astype(int) + 8
    right, bottom = face[:, :2].max(0).astype(int) - 8
    tight = np.ascontiguousarray(portrait[top:bottom, left:right])
    with Looker(EngineSettings()) as looker:
        (found,) = looker.photo(tight)
    assert np.linalg.norm(found[:, :2] + [left, top] - face[:, :2], axis=1).mean() < 6  # px


def test_every_face_of_a_photo_once(portrait: Picture) -> None:
    picture = in_large(portrait, (1080, 1920), 200, 100)
    picture[700:956, 1300:1556] = portrait
    with Looker(EngineSettings()) as looker:
        found = looker.photo(picture)
    assert sorted(round(float(f[1, 0])) // 1000 for f in found) == [0, 1]


def test_a_small_face_in_a_clip_is_found_and_followed(portrait: Picture) -> None:
    small = cv2.resize(portrait, (200, 200), interpolation=cv2.INTER_AREA)
    noses = []
    with Looker(EngineSettings()) as looker:
        for t in range(40):
            frame = np.full((1080, 1920, 3), 90, np.uint8)
            left = 300 + 30 * t
            frame[400:600, left : left + 200] = small
            found = looker.frame(frame, new_shot=False)
            noses += [float(f[1, 0]) - left for f in found]
    assert len(noses) >= 36  # it leaves the first close-up several times
    assert max(noses) - min(noses) < 6  # px


def test_a_second_look_starts_where_the_face_is(portrait: Picture) -> None:
    moved = np.roll(portrait, 12, axis=1)
    with Looker(EngineSettings()) as steady:
        settled = [steady.frame(moved, new_shot=False)[0] for _ in range(4)][-1]
    offsets = []
    for looks in (1, 3):
        with Looker(EngineSettings(), looks=looks) as looker:
            looker.frame(portrait, new_shot=False)
            (seen,) = looker.frame(moved, new_shot=False)
        offsets.append(float(np.abs(seen - settled)[:, :2].mean()))
    assert offsets[1] < 0.8 * offsets[0]
