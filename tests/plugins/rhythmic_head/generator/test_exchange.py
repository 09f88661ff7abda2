"""Information exchange, and a gate for any number of references."""

import pytest
import torch
from torch.testing import assert_close

from visemix.plugins.rhythmic_head.generator.exchange import ConvGate, InformationExchange


def test_each_modality_hears_the_other() -> None:
    torch.manual_seed(0)
    exchange = InformationExchange(6, "instance")
    image, landmarks = (torch.randn(2, 6, 8, 8, requires_grad=True) for _ in range(2))
    for refined in exchange(image, landmarks):
        assert refined.shape == (2, 6, 8, 8)
        # Not the sum: instance norm makes it constant.
        slopes = torch.autograd.grad(refined.pow(3).sum(), (image, landmarks), retain_graph=True)
        assert all(bool(slope.any()) for slope in slopes)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_one_gate_takes_any_number_of_references(count: int) -> None:
    assert ConvGate(6)(torch.randn(2, count, 6, 4, 4)).shape == (2, 6, 4, 4)


def test_neither_order_nor_repetition_of_references_matters() -> None:
    torch.manual_seed(0)
    gate = ConvGate(6).eval()
    features = torch.randn(2, 3, 6, 4, 4)
    assert_close(gate(features), gate(features.flip(1)))
    assert_close(gate(features), gate(torch.cat((features, features), 1)))
    assert not torch.allclose(gate(features), gate(features[:, :1]))
