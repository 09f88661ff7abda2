"""The grid that closes an eye."""

import numpy as np

from visemix.plugins.ict.eye_patch import COLUMNS, ROWS, eye_patch
from visemix.plugins.ict.triangulate import boundary_loops

COUNT = 24
ANGLES = 2 * np.pi * np.arange(COUNT) / COUNT
RIM = np.stack((np.cos(ANGLES), 0.5 * np.sin(ANGLES), np.zeros(COUNT)), 1)
CORNERS = np.array([[1.0, 0, 0], [-1.0, 0, 0]])


def test_it_covers_the_hole() -> None:
    for loop in (list(range(COUNT)), list(range(COUNT))[::-1]):
        patch = eye_patch(RIM, loop, CORNERS, first=100)
        assert patch.corners.shape == patch.shares.shape == (ROWS * COLUMNS, 4)
        assert np.allclose(patch.shares.sum(1), 1)
        made = (RIM[patch.corners] * patch.shares[..., None]).sum(1).reshape(ROWS, COLUMNS, 3)
        assert np.allclose(made[:, 0], [-1, 0, 0], atol=1e-6)
        assert np.allclose(made[:, -1], [1, 0, 0], atol=1e-6)
        assert np.all(np.diff(made[:, 1:-1, 1], axis=0) < 0), "rows run from top to bottom"
        flat = made.reshape(-1, 3)
        a, b, c = (flat[np.array(patch.triangles)[:, k] - 100] for k in range(3))
        area = np.cross(b - a, c - a)[:, 2] / 2
        assert np.all(area >= -1e-9), "counter-clockwise from outside"
        assert abs(area.sum() - np.pi / 2) < 0.05


def test_it_moves_with_the_lids() -> None:
    patch = eye_patch(RIM, list(range(COUNT)), CORNERS, first=0)
    shut = RIM * np.array([1.0, 0.0, 1.0])
    assert np.allclose((shut[patch.corners] * patch.shares[..., None]).sum(1)[:, 1], 0)
    assert len(boundary_loops(patch.triangles)) == 1
