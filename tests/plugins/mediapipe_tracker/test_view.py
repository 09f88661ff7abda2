import numpy as np
import pytest

from visemix.plugins.mediapipe_tracker.view import View, tiles

GRID = np.arange(6 * 8 * 3, dtype=np.uint8).reshape(6, 8, 3)


def test_inside() -> None:
    assert np.array_equal(View(2, 1, 3, 4).of(GRID), GRID[1:5, 2:5])


def test_beyond_the_edges_the_border_is_repeated() -> None:
    seen = View(-2, -1, 12, 8).of(GRID)
    assert seen.shape == (8, 12, 3)
    assert np.array_equal(seen[1:7, 2:10], GRID)
    assert np.array_equal(seen[0, :3], np.stack([GRID[0, 0]] * 3))


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_points_go_back_to_the_picture(scale: float) -> None:
    view = View(10, 20, 100, 100, scale)
    point = np.array([[5.0, 6.0, 1.0]], np.float32)
    x, y, z = view.to_picture(point)[0]
    assert (x, y, z) == (10 + 5 / scale, 20 + 6 / scale, 1 / scale)


def test_shrunk_never_enlarges() -> None:
    assert View(0, 0, 100, 50).shrunk(640).scale == 1
    assert View(0, 0, 1280, 50).shrunk(640).scale == 0.5


@pytest.mark.parametrize("size", [(100, 100), (100, 250), (333, 77), (50, 40)])
def test_tiles_cover_everything(size: tuple[int, int]) -> None:
    covered = np.zeros(size, bool)
    for view in tiles(np.zeros((*size, 3), np.uint8), 60):
        covered[view.top : view.top + view.height, view.left : view.left + view.width] = True
        assert view.left >= 0 and view.top >= 0
    assert covered.all()
