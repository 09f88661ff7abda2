import math

import numpy as np
import torch
from torch import Tensor

from visemix.core.rotations import rotvec_to_matrix
from visemix.plugins.mediapipe_tracker.action_units import NAMES, action_units
from visemix.plugins.mediapipe_tracker.engine import Landmarks

FOUND = torch.ones(40, dtype=torch.bool)


def moving(face: Landmarks, points: list[int], shift: tuple[float, float]) -> Tensor:
    """40 frames; in the last five the points are moved by ``shift`` eye distances."""
    frames = torch.from_numpy(np.stack([face] * 40))
    unit = torch.linalg.vector_norm(frames[0, 263] - frames[0, 33])
    frames[35:, points, 0] += shift[0] * unit
    frames[35:, points, 1] += shift[1] * unit
    return frames


def raised(frames: Tensor) -> dict[str, float]:
    units = action_units(frames, FOUND)
    change = units[35:].mean(0) - units[:35].mean(0)
    return dict(zip(NAMES, change.tolist(), strict=True))


def test_lips_part(face: Landmarks) -> None:
    change = raised(moving(face, [14], (0, 0.1)))
    assert 1.5 < change["AU25"] < 3.5
    assert abs(change["AU26"]) < 0.1 and abs(change["AU10"]) < 0.1


def test_the_jaw_drops(face: Landmarks) -> None:
    assert 2.0 < raised(moving(face, [152], (0, 0.1)))["AU26"] < 4.0


def test_the_upper_lip_rises(face: Landmarks) -> None:
    assert raised(moving(face, [37, 0, 267], (0, -0.05)))["AU10"] > 2


def test_the_lips_stretch(face: Landmarks) -> None:
    frames = moving(face, [61], (-0.05, 0.06))
    frames[35:, 291] += frames[0, 61] - frames[36, 61]  # the other way
    frames[35:, 291, 1] = frames[35:, 61, 1]
    change = raised(frames)
    assert change["AU20"] > 0.8 and change["AU20"] > 2 * change["AU14"]


def test_the_head_may_turn_and_come_closer(face: Landmarks) -> None:
    frames = moving(face, [14], (0, 0.1))
    angles = torch.stack((torch.linspace(-0.3, 0.3, 40), torch.linspace(-0.5, 0.5, 40)), -1)
    turn = rotvec_to_matrix(torch.nn.functional.pad(angles, (0, 1)))
    size = torch.linspace(1, 1 + math.pi, 40)[:, None, None]
    moved = size * (frames @ turn.mT) + 100
    assert torch.allclose(action_units(moved, FOUND), action_units(frames, FOUND), atol=0.02)


def test_a_photo_is_compared_with_typical_values(face: Landmarks) -> None:
    units = action_units(torch.from_numpy(face)[None], torch.ones(1, dtype=torch.bool))[0]
    assert float(units[NAMES.index("AU25")]) > 2  # she smiles with parted lips
