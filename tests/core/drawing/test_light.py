"""Spherical harmonics against their definition."""

import math

import torch

from visemix.core.drawing.light import harmonics, irradiance


def test_bands_are_orthogonal_and_carry_lamberts_kernel() -> None:
    # Over the sphere, band i times band j integrates to the squared kernel of its degree if i = j.
    count = 200
    z = (torch.arange(count, dtype=torch.float64) + 0.5) / count * 2 - 1
    turn = (torch.arange(2 * count, dtype=torch.float64) + 0.5) / count * math.pi
    z, turn = torch.meshgrid(z, turn, indexing="ij")
    ring = (1 - z * z).sqrt()
    bands = harmonics(torch.stack((ring * turn.cos(), ring * turn.sin(), z), -1)).reshape(-1, 9)
    gram = bands.T @ bands * (4 * math.pi / len(bands))
    kernel = [math.pi] + [2 * math.pi / math.sqrt(3)] * 3 + [2 * math.pi / math.sqrt(8)] * 5
    norms = torch.tensor(kernel, dtype=torch.float64)
    torch.testing.assert_close(gram, torch.diag(norms**2), atol=1e-2, rtol=1e-3)


def test_no_light_is_the_ambient_on_every_side() -> None:
    normals = torch.nn.functional.normalize(torch.randn(20, 3), dim=-1)
    expected = torch.full((20, 3), 0.8 * math.pi / math.sqrt(4 * math.pi))
    torch.testing.assert_close(irradiance(normals, torch.zeros(27)), expected)


def test_light_from_above_left_and_front_brightens_those_sides() -> None:
    for band, brighter in ((1, (0, -1, 0)), (2, (0, 0, 1)), (3, (-1, 0, 0))):
        light = torch.zeros(27)
        light[band] = 0.2  # red only
        normal = torch.tensor([brighter, tuple(-x for x in brighter)], dtype=torch.float32)
        near, far = irradiance(normal, light)
        assert near[0] > far[0]
        assert torch.equal(near[1:], far[1:])


def test_light_is_not_changed_by_use() -> None:
    light = torch.zeros(27)
    irradiance(torch.tensor([[0.0, 0.0, 1.0]]), light)
    assert not light.any()
