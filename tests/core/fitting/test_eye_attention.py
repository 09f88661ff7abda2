"""FACIAL's eq. 9 on a plane, where it is an ellipse."""

import torch

from visemix.core.fitting.eye_attention import RELEASED, RELEASED_OF, eye_attention


def grid(edge: int) -> torch.Tensor:
    line = torch.linspace(-1, 1, edge)
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack((x, y, torch.zeros_like(x)), -1).reshape(-1, 3)


CENTRES = torch.tensor([[-0.4, 0.2, 0.0], [0.4, 0.2, 0.0]])


def test_as_many_vertices_as_published_on_the_published_number() -> None:
    vertices = grid(189)[:RELEASED_OF]
    mask = eye_attention(vertices, CENTRES)
    assert abs(int(mask.sum()) - RELEASED) < 0.01 * RELEASED


def test_ellipses_twice_as_wide_as_high() -> None:
    vertices = grid(101)
    mask = eye_attention(vertices, CENTRES).bool()
    right = vertices[mask & (vertices[:, 0] < 0)]
    size = right.amax(0) - right.amin(0)
    assert 1.8 < float(size[0] / size[1]) < 2.2
    assert torch.allclose(right.mean(0), CENTRES[0], atol=0.02)


def test_weights_and_total_change_the_share() -> None:
    vertices = grid(101)
    plain = eye_attention(vertices, CENTRES).sum()
    half = eye_attention(vertices, CENTRES, total=len(vertices) / 2).sum()
    assert abs(float(half / plain) - 0.5) < 0.1
    near = 1 + 9 * eye_attention(vertices, CENTRES)
    assert float(eye_attention(vertices, CENTRES, near).sum()) < float(plain)
