"""Places, normals, areas and averages on a mesh whose numbers are known."""

import pytest
import torch

from visemix.core.fitting.surface import (
    Embedding,
    facing_viewer,
    mean_edge,
    smoothed,
    vertex_areas,
    vertex_normals,
)

SQUARE = torch.tensor([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
TRIANGLES = torch.tensor([[0, 1, 2], [0, 2, 3]], dtype=torch.int32)


def test_a_place_is_the_mix_of_its_corners() -> None:
    place = Embedding(torch.tensor([[0, 1, 2]]), torch.tensor([[0.5, 0.25, 0.25]]))
    moved = torch.stack((SQUARE, SQUARE + torch.tensor([0.0, 0, 3])))
    assert place.of(moved).tolist() == [[[0.5, 0.25, 0.0]], [[0.5, 0.25, 3.0]]]
    assert Embedding.at([3, 1]).of(SQUARE).tolist() == SQUARE[[3, 1]].tolist()


def test_normals_are_unit_vectors_to_the_outside() -> None:
    assert vertex_normals(SQUARE, TRIANGLES).tolist() == [[0.0, 0, 1]] * 4
    batch = vertex_normals(torch.stack((SQUARE, SQUARE.flip(1))), TRIANGLES)
    assert batch.shape == (2, 4, 3)
    assert batch.norm(dim=-1).allclose(torch.ones(2, 4))


def test_areas_add_up_to_the_surface() -> None:
    areas = vertex_areas(SQUARE, TRIANGLES)
    assert areas.tolist() == pytest.approx([1 / 3, 1 / 6, 1 / 3, 1 / 6])


def test_triangles_that_look_away_are_turned() -> None:
    assert facing_viewer(SQUARE, TRIANGLES) is TRIANGLES
    turned = facing_viewer(SQUARE, TRIANGLES.flip(1))
    assert vertex_normals(SQUARE, turned)[0, 2] == 1


def test_averaging_keeps_a_constant_and_shrinks_a_peak() -> None:
    values = torch.zeros(4, 2)
    values[:, 0] = 7
    values[1, 1] = 1
    once = smoothed(values, TRIANGLES, 1)
    assert once[:, 0].allclose(torch.full((4,), 7.0))
    assert 0 < float(once[1, 1]) < 1
    assert float(smoothed(values, TRIANGLES, 30)[:, 1].std()) < 1e-3


def test_the_mean_edge() -> None:
    assert mean_edge(SQUARE, TRIANGLES) == pytest.approx((4 + 2 * 2**0.5) / 6)
