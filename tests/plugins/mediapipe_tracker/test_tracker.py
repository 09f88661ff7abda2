from collections.abc import Sequence

import cv2
import numpy as np
import pytest
import torch

from visemix.core.errors import FaceError, MediaError
from visemix.core.values.subject import Picture
from visemix.plugins.mediapipe_tracker import visemix_trackers
from visemix.plugins.mediapipe_tracker.engine import Landmarks
from visemix.plugins.mediapipe_tracker.tracker import MediaPipeTracker


def placed(portrait: Picture, *positions: tuple[int, int]) -> Picture:
    """The portrait at (left, top) positions of a grey 360 x 640 frame."""
    frame = np.full((360, 640, 3), 90, np.uint8)
    for left, top in positions:
        frame[top : top + 256, left : left + 256] = portrait
    return frame


def blank() -> Picture:
    return np.full((360, 640, 3), 90, np.uint8)


def clip(portrait: Picture, lefts: Sequence[int]) -> list[Picture]:
    return [placed(portrait, (left, 50)) for left in lefts]


def test_the_plugin_offers_it() -> None:
    assert visemix_trackers() == {"mediapipe": MediaPipeTracker}


def test_landmarks_follow_a_moving_face(portrait: Picture, face: Landmarks) -> None:
    lefts = [100 + 4 * t for t in range(12)]
    track = MediaPipeTracker().track(clip(portrait, lefts), fps=25.0)
    assert track.landmarks.shape == (12, 478, 3)
    assert bool(track.found.all()) and not track.cut.any()
    truth = torch.from_numpy(face)[None, :, :2] + torch.tensor([[[x, 50.0]] for x in lefts])
    error = torch.linalg.vector_norm(track.landmarks[..., :2] - truth, dim=-1)
    assert float(error[2:].mean()) < 1.5  # px; the face is 90 px wide


def test_nothing_is_said_on_standard_error(
    portrait: Picture, capfd: pytest.CaptureFixture[str]
) -> None:
    MediaPipeTracker().track(clip(portrait, [100] * 5), fps=25.0)
    assert capfd.readouterr().err == ""


def test_a_short_gap_is_bridged_and_a_long_one_held(portrait: Picture) -> None:
    frames = clip(portrait, [100 + 4 * t for t in range(30)])
    for t in (5, 6, 7, *range(14, 24)):
        frames[t] = blank()
    track = MediaPipeTracker().track(frames, fps=25.0)
    lost = (~track.found).nonzero().flatten().tolist()
    assert set(lost) >= {5, 6, 7, *range(14, 24)} and len(lost) <= 17
    nose = track.landmarks[:, 1, 0]
    assert nose[4] + 3 < nose[6] < nose[8] - 3  # moves on while it is not seen
    assert torch.equal(track.landmarks[15], track.landmarks[13])


def test_the_largest_face_is_followed_unless_another_is_asked_for(portrait: Picture) -> None:
    large = placed(portrait, (370, 50))
    large[100:300, 60:260] = cv2.resize(portrait, (200, 200), interpolation=cv2.INTER_AREA)
    frames = [large] * 2 + [large.copy() for _ in range(6)]
    tracker = MediaPipeTracker()
    assert float(tracker.track(frames, 25.0).landmarks[0, 1, 0]) > 370
    assert tracker.track(frames, 25.0).faces == 2
    assert float(tracker.track(frames, 25.0, face=0).landmarks[0, 1, 0]) < 260
    assert float(tracker.track(frames, 25.0, face=1).landmarks[0, 1, 0]) > 370
    with pytest.raises(FaceError, match=r"only 2 faces .* from 0 \(leftmost\) to 1"):
        tracker.track(frames, 25.0, face=2)


def test_a_small_face_beside_a_large_one_can_be_asked_for(portrait: Picture) -> None:
    frame = placed(portrait, (370, 50))
    frame[100:228, 60:188] = cv2.resize(portrait, (128, 128), interpolation=cv2.INTER_AREA)
    frames = [frame.copy() for _ in range(12)]
    track = MediaPipeTracker().track(frames, 25.0, face=0)
    assert bool(track.found.all()) and track.faces == 2
    low, high = torch.aminmax(track.landmarks[:, 1, 0])
    assert float(low) > 60 and float(high) < 188
    photo = MediaPipeTracker().track(frames[:1], 25.0, face=0)
    assert torch.linalg.vector_norm(photo.landmarks[0, 1, :2] - track.landmarks[5, 1, :2]) < 3


def test_the_same_person_is_found_again_after_a_cut(portrait: Picture) -> None:
    other = np.random.default_rng(0).integers(0, 120, (360, 640, 3), dtype=np.uint8)
    other = np.asarray(cv2.blur(other, (31, 31)), np.uint8)
    after = other.copy()
    after[60:316, 20:276] = portrait
    frames = clip(portrait, [360 + t for t in range(8)]) + [after.copy() for _ in range(8)]
    track = MediaPipeTracker().track(frames, fps=25.0)
    assert track.cut.nonzero().flatten().tolist() == [8]
    assert int(track.found.sum()) >= 15
    assert abs(float(track.landmarks[8, 1, 0] - track.landmarks[12, 1, 0])) < 2


def test_a_slow_video_on_a_fast_grid_is_looked_at_once(portrait: Picture) -> None:
    frames = [f for f in clip(portrait, [100, 110, 120]) for _ in range(4)]
    track = MediaPipeTracker().track(frames, fps=100.0)
    assert torch.equal(track.landmarks[4], track.landmarks[7])
    assert len(track.found) == 12


def test_no_face() -> None:
    with pytest.raises(FaceError, match="in any of 3 frames"):
        MediaPipeTracker().track([blank()] * 3, fps=25.0)


def test_no_pictures() -> None:
    with pytest.raises(MediaError, match="no pictures"):
        MediaPipeTracker().track([], fps=25.0)


def test_frames_of_changing_size(portrait: Picture) -> None:
    with pytest.raises(MediaError, match="changes at frame 2"):
        MediaPipeTracker().track([portrait, portrait.copy(), portrait[:200]], fps=25.0)


@pytest.mark.parametrize("size", [(1, 1), (2, 500), (40, 3)])
def test_tiny_pictures(size: tuple[int, int]) -> None:
    with pytest.raises(FaceError, match="no face was found"):
        MediaPipeTracker().track([np.zeros((*size, 3), np.uint8)], fps=25.0)


def test_smoothing_leaves_the_lips_alone(portrait: Picture) -> None:
    frames = clip(portrait, [100 + (t * 7) % 5 for t in range(8)])
    rough = MediaPipeTracker().track(frames, 25.0).landmarks
    smooth = MediaPipeTracker(smoothing=1.0).track(frames, 25.0).landmarks
    assert torch.equal(rough[:, 13], smooth[:, 13])
    assert not torch.equal(rough[:, 50], smooth[:, 50])
