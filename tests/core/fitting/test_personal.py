"""Offsets of a few points carried to a whole face."""

import torch

from visemix.core.fitting.personal import REACH, spread
from visemix.core.testing.head import sample_head


def test_the_points_go_where_they_should_and_far_ones_stay() -> None:
    vertices = sample_head().vertices[:468]
    chosen = torch.tensor([4, 152, 10])
    offset = torch.tensor([[0.05, 0.0, 0.0], [0.0, -0.04, 0.0], [0.0, 0.0, 0.0]])
    moved = spread(vertices[chosen], offset, vertices)
    assert torch.allclose(moved[chosen], offset, atol=2e-3)
    far = torch.cdist(vertices, vertices[chosen]).amin(1) > REACH
    assert bool(far.any())
    assert float(moved[far].abs().max()) == 0


def test_it_is_smooth() -> None:
    vertices = sample_head().vertices[:468]
    moved = spread(vertices[[4]], torch.tensor([[0.05, 0.0, 0.0]]), vertices)
    near = torch.cdist(vertices, vertices)
    steps = torch.cdist(moved, moved) / near.clamp_min(1e-9)
    assert float(steps[(near > 0) & (near < 0.1)].max()) < 0.3
