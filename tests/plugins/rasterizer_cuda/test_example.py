"""The operators together, as the documentation shows them."""

import pytest
import torch
from torch import Tensor

from visemix.plugins.rasterizer_cuda.ops import Meshes, interpolate, rasterize
from visemix.plugins.rasterizer_cuda.picture_ops import antialias, mip_level, texture

CORNERS = torch.tensor([[4.0, 5, 0], [27, 3, 0], [29, 26, 1], [3, 28, 1]])
TRIANGLES = torch.tensor([[0, 2, 1], [0, 3, 2]], dtype=torch.int32)
UV = torch.tensor([[0.0, 0], [1, 0], [1, 1], [0, 1]])


def shown(vertices: Tensor, albedo: Tensor) -> Tensor:
    """Pictures [T, 3, 32, 32] of vertices [T, 4, 3] wrapped in albedo [1, 3, 16, 16]."""
    meshes = Meshes(vertices, TRIANGLES, torch.eye(4))
    pixels = rasterize(meshes, (32, 32))
    level = mip_level(pixels, UV, (16, 16))
    picture = texture(albedo, interpolate(pixels, UV), level)
    covered = (pixels.triangle >= 0)[:, None]
    return antialias(picture * covered, pixels, meshes)


@pytest.mark.usefixtures("host")
def test_place_and_albedo_are_found_again() -> None:
    generator = torch.Generator().manual_seed(0)
    albedo = torch.rand(1, 3, 16, 16, generator=generator)
    moves = torch.tensor([[[1.3, -0.8, 0]], [[-0.9, 1.1, 0]], [[0.4, 0.6, 0]]])
    wanted = shown(CORNERS + moves, albedo)
    found = torch.full_like(albedo, 0.5, requires_grad=True)
    place = torch.zeros_like(moves, requires_grad=True)
    loss = torch.tensor(torch.inf)
    steps = torch.optim.Adam([{"params": found, "lr": 0.05}, {"params": place, "lr": 0.03}])
    for _ in range(150):
        loss = (shown(CORNERS + place, found) - wanted).square().mean()
        steps.zero_grad()
        torch.autograd.backward(loss)
        steps.step()
    assert loss < 1e-3
    assert (place - moves)[..., :2].abs().max() < 0.2
