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


def test_triangles_without_an_area_have_no_normal_and_finite_gradients() -> None:
    points = torch.tensor([[[0.0, 0, 0], [1, 0, 0], [2, 0, 0], [5, 5, 5]]], requires_grad=True)
    found = normals(points, torch.tensor([[0, 1, 2], [0, 1, 1]], dtype=torch.int32))
    assert not found.any()
    (gradient,) = torch.autograd.grad(found.sum(), points)
    assert not gradient.any()


def test_gradients_in_float64() -> None:
    points = torch.rand(2, 6, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    triangles = torch.tensor([[0, 1, 2], [1, 2, 3], [3, 4, 5], [0, 5, 2]], dtype=torch.int32)
    assert torch.autograd.gradcheck(lambda x: normals(x, triangles), points.requires_grad_())
