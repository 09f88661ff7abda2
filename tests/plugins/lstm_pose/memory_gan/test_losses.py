import pytest
import torch

from visemix.plugins.lstm_pose.memory_gan.losses import WEIGHTS, attention_terms, l1

MAP = torch.tensor([[[[0.0, 1.0], [0.5, 0.5]]]])
"""Down: .5, -.5; right: 1, 0."""


def test_l1() -> None:
    assert float(l1(torch.tensor([[1.0, -1.0]]), torch.tensor([[0.0, 0.0]]))) == 1


@pytest.mark.parametrize(
    ("preset", "size", "variation"),
    [
        ("paper", (1.5 / 4) ** 0.5, 0.25 + 0.25 + 1.0),
        ("released", 0.5, 0.5 + 0.5 + 1.0),
    ],
)
def test_attention_terms(preset: str, size: float, variation: float) -> None:
    terms = attention_terms(preset)
    assert float(terms["attention_size"](MAP)) == pytest.approx(size)
    assert float(terms["attention_variation"](MAP)) == pytest.approx(variation)
    twice = MAP.expand(2, -1, -1, -1)  # means over the batch
    assert float(terms["attention_size"](twice)) == pytest.approx(size)
    assert float(terms["attention_variation"](twice)) == pytest.approx(variation)


def test_an_empty_map_has_a_finite_gradient() -> None:
    attention = torch.zeros(1, 1, 4, 4, requires_grad=True)
    (slope,) = torch.autograd.grad(attention_terms("paper")["attention_size"](attention), attention)
    assert bool(slope.isfinite().all())


def test_large_maps_in_16_bits_do_not_overflow() -> None:
    attention = (torch.arange(512 * 512).reshape(1, 1, 512, 512) % 2).to(torch.float16)
    assert float(attention_terms("released")["attention_variation"](attention)) == 512 * 511


def test_weights_of_eq_4() -> None:
    assert (WEIGHTS["l1"], WEIGHTS["attention_size"], WEIGHTS["attention_variation"]) == (
        100.0,
        2.0,
        1e-5,
    )
