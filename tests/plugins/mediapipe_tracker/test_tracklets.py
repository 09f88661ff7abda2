import numpy as np

from visemix.plugins.mediapipe_tracker.engine import Landmarks
from visemix.plugins.mediapipe_tracker.tracklets import link


def moved(face: Landmarks, x: float, size: float = 1.0) -> Landmarks:
    return np.asarray(face * size + np.array([x, 0, 0]), np.float32)


def no_cuts(frames: int) -> np.ndarray:
    return np.zeros(frames, bool)


def test_two_faces_stay_apart_whatever_their_order(face: Landmarks) -> None:
    frames = [[moved(face, t), moved(face, 300 - t)][:: 1 if t % 2 else -1] for t in range(6)]
    tracklets = link(frames, no_cuts(6), 25.0)
    assert [t.frames for t in tracklets] == [list(range(6))] * 2
    for tracklet in tracklets:
        assert abs(np.diff([f[1, 0] for f in tracklet.faces])).max() < 2


def test_a_short_break_is_bridged_a_long_one_is_not(face: Landmarks) -> None:
    frames: list[list[Landmarks]] = [[face] for _ in range(20)]
    frames[3] = frames[4] = []
    frames[8:15] = [[] for _ in range(7)]
    spans = [(t.frames[0], t.frames[-1]) for t in link(frames, no_cuts(20), 25.0)]
    assert sorted(spans) == [(0, 7), (15, 19)]


def test_a_jump_starts_a_new_tracklet(face: Landmarks) -> None:
    frames = [[face]] * 4 + [[moved(face, 200)]] * 4
    assert len(link(frames, no_cuts(8), 25.0)) == 2


def test_a_change_of_size_starts_a_new_tracklet(face: Landmarks) -> None:
    frames = [[face]] * 4 + [[moved(face, -60, 2.0)]] * 4
    assert len(link(frames, no_cuts(8), 25.0)) == 2


def test_a_cut_starts_a_new_tracklet(face: Landmarks) -> None:
    cuts = no_cuts(8)
    cuts[4] = True
    assert len(link([[face]] * 8, cuts, 25.0)) == 2


def test_heads_move_further_between_the_frames_of_a_slow_clip(face: Landmarks) -> None:
    step = 0.8 * float(np.linalg.norm(face[10] - face[152]))
    frames = [[moved(face, step * t)] for t in range(4)]
    assert len(link(frames, no_cuts(4), 25.0)) == 4
    assert len(link(frames, no_cuts(4), 2.0)) == 1
