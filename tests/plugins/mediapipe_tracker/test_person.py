import math

import numpy as np
import torch

from visemix.core.rotations import rotvec_to_matrix
from visemix.plugins.mediapipe_tracker.engine import Landmarks
from visemix.plugins.mediapipe_tracker.person import (
    choose,
    gather,
    mean_shape,
    shape_difference,
    without_flashes,
)
from visemix.plugins.mediapipe_tracker.tracklets import Tracklet


def turned(face: Landmarks, degrees: float, scale: float = 1.0) -> Landmarks:
    matrix = rotvec_to_matrix(torch.tensor([0.0, math.radians(degrees), 0.1])).numpy()
    return np.asarray(scale * face @ matrix.T + np.array([40, 30, 0]), np.float32)


def stretched(face: Landmarks) -> Landmarks:
    """Somebody with a longer face."""
    return np.asarray(face * np.array([1, 1.25, 1]), np.float32)


def tracklet(frames: range, face: Landmarks) -> Tracklet:
    return Tracklet(list(frames), [face] * len(frames))


def test_the_shape_does_not_depend_on_pose_and_size(face: Landmarks) -> None:
    shape = mean_shape([face])
    assert shape_difference(shape, mean_shape([turned(face, 25, 2.5)])) < 1e-3
    assert shape_difference(shape, mean_shape([stretched(face)])) > 0.05


def test_the_person_is_found_again_and_somebody_else_is_not(face: Landmarks) -> None:
    chosen = tracklet(range(0, 10), face)
    again = tracklet(range(20, 30), turned(face, 20, 1.4))
    other = tracklet(range(10, 20), stretched(face))
    found = gather(chosen, [chosen, other, again], 30)
    assert [t.frames[0] for t in found] == [0, 20]


def test_nobody_is_in_two_places_at_once(face: Landmarks) -> None:
    chosen, twin = tracklet(range(0, 10), face), tracklet(range(5, 15), turned(face, 5))
    assert gather(chosen, [chosen, twin], 15) == [chosen]


def test_the_largest_is_chosen_over_the_whole_clip(face: Landmarks) -> None:
    flash = tracklet(range(0, 1), np.asarray(face * 1.5, np.float32))
    speaker = tracklet(range(0, 50), face)
    assert choose([flash, speaker], None) is speaker


def test_the_wanted_face_is_followed(face: Landmarks) -> None:
    right = tracklet(range(3, 9), np.asarray(face + 500, np.float32))
    left = tracklet(range(3, 5), face)
    late = tracklet(range(30, 40), face)
    assert choose([right, left, late], np.asarray(face + 2, np.float32)) is left
    assert choose([right, left, late], right.faces[0]) is right


def test_flashes_count_only_if_there_is_nothing_else(face: Landmarks) -> None:
    flash, lasting = tracklet(range(2), face), tracklet(range(5, 9), face)
    assert without_flashes([flash, lasting]) == [lasting]
    assert without_flashes([flash]) == [flash]
