"""Texture lookup with mip levels."""

import pytest
import torch

from visemix.core.drawing.mesh import Mesh
from visemix.core.drawing.texture import mip_level, mip_levels, sample
from visemix.plugins.rasterizer_cpu import reference


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_texel_centres_show_the_texel_and_the_border_goes_on() -> None:
    texture = numbers(1, 3, 4, 5)
    v, u = torch.meshgrid((torch.arange(4) + 0.5) / 4, (torch.arange(5) + 0.5) / 5, indexing="ij")
    uv = torch.stack((u, v))[None].double()
    torch.testing.assert_close(sample(texture, uv), texture)
    outside = sample(texture, torch.tensor([-3.0, 0.125]).double().reshape(1, 2, 1, 1))
    torch.testing.assert_close(outside[0, :, 0, 0], texture[0, :, 0, 0])


def test_between_centres_texels_are_mixed() -> None:
    texture = torch.tensor([[1.0, 3.0], [5.0, 7.0]])[None, None]
    uv = torch.tensor([0.5, 0.375]).reshape(1, 2, 1, 1)
    assert sample(texture, uv).item() == pytest.approx(3.0)  # a quarter of the way down from 2 to 6


def test_a_mip_level_is_half_as_large_until_one_texel_is_left() -> None:
    levels = mip_levels(numbers(1, 2, 9, 4))
    assert [tuple(level.shape[2:]) for level in levels] == [(9, 4), (4, 2), (2, 1), (1, 1)]
    torch.testing.assert_close(levels[1][0, 0, 3, 1], levels[0][0, 0, 6:8, 2:4].mean())
    torch.testing.assert_close(levels[3][..., 0, 0], levels[1].mean((2, 3)))


def test_levels_are_mixed_and_cut_off() -> None:
    texture, uv = numbers(2, 3, 8, 8), numbers(2, 2, 3, 3, seed=1)
    first, second, last = (mip_levels(texture)[k] for k in (0, 1, -1))
    for level, expected in (
        (-2.0, sample(first, uv)),
        (torch.nan, sample(first, uv)),
        (0.25, 0.75 * sample(first, uv) + 0.25 * sample(second, uv)),
        (1.0, sample(second, uv)),
        (40.0, last.expand(2, 3, 3, 3)),
    ):
        torch.testing.assert_close(sample(texture, uv, torch.full((2, 3, 3), level)), expected)


def test_every_pixel_has_its_own_level() -> None:
    texture, uv = numbers(1, 1, 8, 8), numbers(1, 2, 1, 3, seed=1)
    level = torch.tensor([[[0.5, 3.0, 1.0]]])
    together = sample(texture, uv, level)
    for k in range(3):
        alone = sample(texture, uv[..., k : k + 1], level[..., k : k + 1])
        torch.testing.assert_close(together[..., k : k + 1], alone)


def test_gradients_by_texture_and_uv() -> None:
    texture = numbers(1, 2, 4, 6).requires_grad_()
    uv = (0.2 + 0.6 * numbers(2, 2, 3, 3, seed=1)).requires_grad_()
    level = 1.7 * numbers(2, 3, 3, seed=2)
    for at in (None, level):
        assert torch.autograd.gradcheck(lambda t, c, at=at: sample(t, c, at), (texture, uv))


@pytest.mark.parametrize("perspective", [0.0, 0.08])
def test_the_level_shows_one_texel_per_pixel(perspective: float) -> None:
    points = torch.tensor([[[0.3, 0.2, 0], [18, 1, 4], [2, 17, 1.0]]], dtype=torch.float64)
    matrix = torch.eye(4, dtype=torch.float64)
    matrix[3, 2] = perspective
    mesh = Mesh(points, torch.tensor([[0, 1, 2]], dtype=torch.int32), matrix, 16, 16)
    uv = torch.tensor([[0.1, 0.2], [0.9, 0.3], [0.2, 0.7]], dtype=torch.float64)
    made = reference.draw(mesh, uv[None])
    level = mip_level(made, mesh, uv, (64, 128))
    assert not level[made.triangle < 0].any()
    texels = made.values[0] * torch.tensor([128.0, 64.0]).reshape(2, 1, 1)
    # Central differences at pixels whose neighbours are covered too.
    seen = (made.triangle[0] >= 0).double()[None]
    inner = torch.nn.functional.avg_pool2d(seen, 3, 1)[0] == 1
    right = (texels[:, 1:-1, 2:] - texels[:, 1:-1, :-2]).norm(dim=0) / 2
    down = (texels[:, 2:, 1:-1] - texels[:, :-2, 1:-1]).norm(dim=0) / 2
    expected = torch.maximum(right, down).log2()[inner]
    assert len(expected) > 30
    torch.testing.assert_close(level[0, 1:-1, 1:-1][inner], expected, atol=0.03, rtol=0)
