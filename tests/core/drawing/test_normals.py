"""Vertex normals by hand."""

import pytest
import torch

from visemix.core.drawing.normals import normals


def test_normals_are_weighted_by_area() -> None:
    # At the origin a large triangle faces z and one of a tenth of its area faces x.
    points = torch.tensor([[[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0.1]]])
    triangles = torch.tensor([[0, 1, 2], [0, 2, 3]], dtype=torch.int32)
    normal = normals(points, triangles)[0, 0]
    assert (normal / normal[2]).tolist() == pytest.approx([0.1, 0, 1])
