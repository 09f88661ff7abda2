"""Layers that everything is made of."""

import pytest
import torch

from visemix.plugins.rhythmic_head.generator.blocks import (
    Doubling,
    Residual,
    block,
    conv,
    doubled,
    folded,
    padded,
    unfolded,
)


def test_a_convolution_has_norm_one() -> None:
    torch.manual_seed(0)
    layer = conv(6, 8)
    for _ in range(60):  # the power iteration gets there step by step
        layer(torch.rand(1, 6, 4, 4))
    weight = layer.weight
    assert isinstance(weight, torch.Tensor)
    assert float(torch.linalg.matrix_norm(weight.detach().flatten(1), 2)) == pytest.approx(
        1, abs=1e-3
    )


def test_sizes_are_kept_or_halved() -> None:
    values = torch.rand(2, 3, 8, 6)
    assert block(3, 4, "instance")(values).shape == (2, 4, 8, 6)
    assert block(3, 4, "batch", stride=2)(values).shape == (2, 4, 4, 3)
    assert Residual(3, "instance")(values).shape == values.shape


@pytest.mark.parametrize("transposed", [True, False])
def test_sizes_double(transposed: bool) -> None:
    assert Doubling(3, 5, transposed)(torch.rand(2, 3, 4, 6)).shape == (2, 5, 8, 12)


def test_nearest_pixels() -> None:
    assert doubled(torch.tensor([[[[1.0, 2.0]]]])).tolist() == [[[[1, 1, 2, 2], [1, 1, 2, 2]]]]


def test_padding_repeats_the_lower_right_rim() -> None:
    picture = torch.arange(6.0).reshape(1, 1, 1, 2, 3)
    wider = padded(picture, 4)
    assert wider.shape == (1, 1, 1, 4, 4)
    assert wider[0, 0, 0].tolist() == [[0, 1, 2, 2], [3, 4, 5, 5], [3, 4, 5, 5], [3, 4, 5, 5]]
    assert padded(wider, 4) is wider


def test_references_are_folded_and_unfolded() -> None:
    values = torch.rand(2, 3, 4)
    assert torch.equal(unfolded(folded(values), 3), values)
