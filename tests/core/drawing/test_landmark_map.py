import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.drawing.landmark_map import draw_landmarks, with_forehead
from visemix.core.errors import InvalidValue
from visemix.core.fitting.landmarks_68 import landmarks_68
from visemix.core.testing.samples import sample_subject
from visemix.core.testing.scenes import HALVES, SQUARE, flat
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu

TRACKED = sample_subject().track.landmarks[:2]


def _square() -> Tensor:
    """68 points in the middle, but for an upper lip: a line from (8, 16) to (24, 16)."""
    points = torch.full((1, 68, 2), 16.0)
    points[0, 48:55, 0] = torch.linspace(8, 24, 7)
    return points


def test_a_line_lies_where_its_points_are() -> None:
    picture = draw_landmarks(_square(), 32, 32)[0, 0]
    rows, columns = (picture > 0.25).nonzero().unbind(1)
    # Through the corner between four pixels: the two rows that meet at y = 16.
    assert set(rows.tolist()) == {15, 16}
    assert columns.min() in (7, 8) and columns.max() in (23, 24)
    assert float(picture.max()) <= 1 and float(picture.min()) == 0


def test_lines_grow_with_the_picture() -> None:
    picture = draw_landmarks(_square() * 32, 1024, 1024)[0, 0]
    thick = int((picture[:, 400] > 0.5).sum())
    assert thick == pytest.approx(1024 / 128, abs=2)


def test_tracked_landmarks_are_drawn_as_the_68_among_them() -> None:
    whole = draw_landmarks(TRACKED, 160, 192)
    assert whole.shape == (2, 1, 160, 192)
    assert torch.equal(whole, draw_landmarks(landmarks_68(TRACKED), 160, 192))
    assert 0.005 < float(whole.mean()) < 0.2
    assert not torch.equal(whole[0], whole[1])


def test_the_forehead_lies_opposite_the_chin() -> None:
    points = landmarks_68(TRACKED[..., :2])
    forehead = with_forehead(points)[:, 68:]
    assert forehead.shape == (2, 15, 2)
    jaw_ends = (points[:, 0] + points[:, 16]) / 2
    height = jaw_ends[:, 1] - forehead[:, 7, 1]
    depth = points[:, 8, 1] - jaw_ends[:, 1]
    assert torch.allclose(height / depth, torch.full((2,), 0.6), atol=0.05)


def test_the_forehead_turns_with_the_head() -> None:
    points = landmarks_68(TRACKED[..., :2]).double()
    turn = torch.tensor([[0.8, -0.6], [0.6, 0.8]], dtype=torch.float64)
    turned = with_forehead(points @ turn.T)
    torch.testing.assert_close(turned, with_forehead(points) @ turn.T)


def test_points_that_are_no_numbers_or_far_away_do_no_harm() -> None:
    points = _square()
    points[0, 0], points[0, 1] = torch.nan, 1e9
    assert bool(draw_landmarks(points, 32, 32).isfinite().all())


def test_renderers_make_the_map() -> None:
    geometry = attrs.evolve(flat(SQUARE, HALVES), landmarks=TRACKED[:1])
    made = RasterizerCpu(maps=["landmarks", "depth"]).render(geometry)
    size = geometry.camera.height, geometry.camera.width
    assert torch.equal(made.maps["landmarks"], draw_landmarks(TRACKED[:1], *size))
    assert list(made.maps) == ["landmarks", "depth"]


def test_a_geometry_without_landmarks_has_no_such_map() -> None:
    with pytest.raises(InvalidValue, match="no landmarks to draw"):
        RasterizerCpu(maps=["landmarks"]).render(flat(SQUARE, HALVES))


def test_other_layouts_are_refused() -> None:
    with pytest.raises(InvalidValue, match="478 or 68"):
        draw_landmarks(torch.zeros(1, 5, 2), 8, 8)
