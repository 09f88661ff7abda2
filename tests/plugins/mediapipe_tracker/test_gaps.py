import numpy as np

from visemix.plugins.mediapipe_tracker.gaps import fill


def filled(found: str, cuts: str = "") -> list[float]:
    """Values of a point that is at 10 t in frame t; "x" found, "." lost, "|" a new shot."""
    count = len(found)
    landmarks = 10 * np.arange(count, dtype=np.float32)[:, None, None] * np.ones((1, 2, 3))
    seen = np.array([c == "x" for c in found])
    landmarks[~seen] = -1
    starts = np.array([c == "|" for c in cuts.ljust(count)])
    return [float(v) for v in fill(landmarks.astype(np.float32), seen, starts)[:, 0, 0]]


def test_up_to_five_frames_are_interpolated() -> None:
    assert filled("x.....x") == [0, 10, 20, 30, 40, 50, 60]


def test_longer_gaps_hold_the_nearest() -> None:
    assert filled("x......x") == [0, 0, 0, 0, 70, 70, 70, 70]


def test_the_ends_hold() -> None:
    assert filled("..x..") == [20, 20, 20, 20, 20]


def test_nothing_crosses_a_cut() -> None:
    assert filled("x..x", "  | ") == [0, 0, 30, 30]


def test_a_shot_without_a_face_takes_the_nearest_of_another() -> None:
    assert filled("xx..x", "  | |") == [0, 10, 10, 40, 40]
