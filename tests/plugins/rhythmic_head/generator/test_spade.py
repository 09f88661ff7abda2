"""Parallel guided normalisations."""

import pytest
import torch
from torch.testing import assert_close

from visemix.plugins.rhythmic_head.generator.fusion import Kernels
from visemix.plugins.rhythmic_head.generator.size import Size, Switches
from visemix.plugins.rhythmic_head.generator.spade import Spade, SpadeBlock


def test_branches_are_added() -> None:
    torch.manual_seed(0)
    spade = Spade(4, 2, "instance", concat=False, generated=False).eval()
    values, guides = torch.randn(2, 4, 6, 6), [torch.randn(2, 4, 6, 6) for _ in range(2)]
    normal = spade.norm(values)
    wanted = torch.zeros_like(values)
    for layer, guide in zip(spade.maps, guides, strict=True):
        scale, bias = layer(guide).chunk(2, 1)
        wanted = wanted + normal * (1 + scale) + bias
    assert_close(spade(values, guides, None), wanted)


def test_generated_weights_scale_and_shift() -> None:
    spade = Spade(3, 0, "instance", concat=False, generated=True)
    values, guide = torch.randn(1, 3, 4, 4), torch.randn(1, 3, 4, 4)
    scale, bias = torch.zeros(1, 3, 4), torch.zeros(1, 3, 4)
    assert_close(spade(values, [guide], (scale, bias)), spade.norm(values))
    bias[..., -1] = 2.0
    scale[..., -1] = 1.0
    assert_close(spade(values, [guide], (scale, bias)), 2 * spade.norm(values) + 2)


@pytest.mark.parametrize("concat", [True, False])
@pytest.mark.parametrize("guides", [1, 3])
@pytest.mark.parametrize("level", [0, 2])
def test_every_guide_is_heard(concat: bool, guides: int, level: int) -> None:
    torch.manual_seed(0)
    size = Size(width=2, downs=2, adaptive=1, norm="instance")
    channels = size.channels(level)
    block = SpadeBlock(level, size, Switches(concat=concat), guides)
    rows = [torch.randn(1, channels, channels + 1) for _ in range(5)]
    kernels = Kernels(rows[0], (rows[1], rows[2]), (rows[3], rows[4])) if level == 0 else None
    shown = [torch.randn(1, channels, 4, 4, requires_grad=True) for _ in range(guides)]
    made = block(torch.randn(1, channels, 4, 4), shown, kernels)
    assert made.shape == (1, channels, 4, 4)
    slopes = torch.autograd.grad(made.pow(3).sum(), shown)
    assert all(bool(slope.any()) for slope in slopes)
