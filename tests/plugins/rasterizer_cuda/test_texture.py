"""Texture lookup and its gradients, against the definition in core."""

import pytest
import torch
from torch import Tensor

from visemix.core.drawing import texture as textures
from visemix.plugins.rasterizer_cuda.picture_ops import texture

pytestmark = pytest.mark.usefixtures("host")

DOUBLE = torch.float64


def numbers(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=generator, dtype=DOUBLE)


@pytest.mark.parametrize("shape", [(8, 8), (5, 9), (1, 4), (1, 1)])
@pytest.mark.parametrize("leveled", [False, True])
def test_texture(shape: tuple[int, int], leveled: bool) -> None:
    picture = numbers(1, 3, *shape).requires_grad_()
    uv = (numbers(2, 2, 7, 6, seed=1) * 1.3 - 0.15).requires_grad_()
    level = numbers(2, 7, 6, seed=2) * 6 - 1 if leveled else None
    expected, found = textures.sample(picture, uv, level), texture(picture, uv, level)
    assert torch.allclose(found, expected)
    slope = numbers(*expected.shape, seed=3) - 0.5
    ours = torch.autograd.grad((found * slope).sum(), (picture, uv))
    theirs = torch.autograd.grad((expected * slope).sum(), (picture, uv))
    for one, other in zip(ours, theirs, strict=True):
        assert torch.allclose(one, other, atol=1e-12)


def test_texture_reads_nothing_beyond_its_border() -> None:
    picture = numbers(1, 1, 3, 4)
    picture[0, 0, 1:, 0] = torch.nan  # what follows the border in memory
    uv = torch.tensor([[1.0, 1.2, 0.99], [0.0, 0.1, -0.2]], dtype=DOUBLE).reshape(1, 2, 1, 3)
    assert texture(picture, uv).flatten().tolist() == [float(picture[0, 0, 0, 3])] * 3


def test_texture_gradient_that_is_not_finite() -> None:
    picture = numbers(1, 3, 4, 4).requires_grad_()
    made = texture(picture, numbers(1, 2, 3, 3))
    slope = torch.ones_like(made)
    slope[0, 0, 0, 0] = torch.nan
    (found,) = torch.autograd.grad(made, picture, slope)
    assert found.isnan().all()
