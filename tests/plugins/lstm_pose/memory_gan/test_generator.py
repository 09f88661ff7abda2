import pytest
import torch
from torch import nn

from visemix.core.errors import InvalidValue
from visemix.plugins.lstm_pose.memory_gan.generator import Generator, Size
from visemix.plugins.lstm_pose.memory_gan.styles import Styles, adain


def parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def small(side: int = 32, identity: int = 5) -> Generator:
    torch.manual_seed(1)
    return Generator(Size(side=side, width=4, identity=identity, hidden=8, dropout=0.5)).eval()


def test_the_released_size() -> None:
    with torch.device("meta"):
        released = Generator(Size(hidden=9984))
    perceptron = released.styles.perceptron
    assert perceptron is not None
    last = perceptron[-1]
    assert isinstance(last, nn.Linear) and last.out_features == 9984
    assert parameters(perceptron) == 204_502_272
    assert parameters(released) == 259_055_556  # published: about 259 M
    assert released.size.levels == 8 and released.size.dropped == 3
    assert [layer.out_channels for layer in released.down] == [64, 128, 256, *[512] * 5]
    assert [layer.out_channels for layer in released.up] == [512] * 4 + [256, 128, 64, 64]


@pytest.mark.parametrize("side", [16, 64, 512])
def test_sizes(side: int) -> None:
    network = small(side)
    made = network(torch.zeros(1, 9, side, side), torch.zeros(1, 5))
    assert made.picture.shape == (1, 3, side, side)
    assert made.attention.shape == (1, 1, side, side)
    assert len(network.down) == len(network.up) == {16: 4, 64: 6, 512: 8}[side]


@pytest.mark.parametrize("side", [8, 96, 255])
def test_other_sizes_are_refused(side: int) -> None:
    with pytest.raises(InvalidValue, match="power of two"):
        Size(side=side)


def test_the_frame_is_render_and_colour_weighted_by_the_attention() -> None:
    network = small()
    window = torch.rand(2, 9, 32, 32) * 2 - 1
    made = network(window, torch.rand(2, 5))
    wanted = made.attention * window[:, 6:] + (1 - made.attention) * made.colour
    assert torch.allclose(made.picture, wanted)
    bias = network.attention.bias
    assert bias is not None
    with torch.no_grad():
        nn.init.constant_(bias, 50)  # A = 1 everywhere keeps the render
    assert torch.allclose(network(window, torch.rand(2, 5)).picture, window[:, 6:], atol=1e-5)


def test_identity_reaches_the_picture() -> None:
    network = small()
    window = torch.rand(1, 9, 32, 32)
    one, other = torch.eye(5)[:1], torch.eye(5)[1:2]
    assert torch.equal(network(window, one).colour, network(window, one).colour)
    assert not torch.allclose(network(window, one).colour, network(window, other).colour)


def test_every_weight_learns() -> None:
    for identity in (5, 0):
        network = small(identity=identity)
        made = network(torch.rand(2, 9, 32, 32), torch.rand(2, identity))
        (made.picture.square().mean() + made.attention.mean()).backward()
        without = [n for n, p in network.named_parameters() if p.grad is None]
        assert not without


def test_dropout_only_in_training() -> None:
    network = small(64)
    window, who = torch.rand(1, 9, 64, 64), torch.rand(1, 5)
    assert torch.equal(network(window, who).picture, network(window, who).picture)
    network.train()
    assert not torch.equal(network(window, who).picture, network(window, who).picture)


def test_adain_sets_mean_and_spread() -> None:
    style = torch.tensor([[[2.0, 0.5], [-1.0, 3.0]]])  # scales, then shifts of two channels
    made = adain(torch.randn(1, 2, 16, 16) * 5 + 7, style)
    assert torch.allclose(made.mean((2, 3)), style[:, 1], atol=1e-4)
    assert torch.allclose(made.std((2, 3), correction=0), style[:, 0], atol=1e-3)
    assert torch.equal(adain(torch.ones(1, 2, 1, 1), style)[..., 0, 0], style[:, 1])


def test_styles_start_as_plain_normalisation() -> None:
    made = Styles(0, 8, [3, 2])(torch.zeros(4, 0))
    assert [s.shape for s in made] == [(4, 2, 3), (4, 2, 2)]
    assert all(bool((s[:, 0] == 1).all() and (s[:, 1] == 0).all()) for s in made)
    learned = Styles(6, 8, [3, 2])(torch.rand(4, 6))[0].detach()
    assert float((learned[:, 0] - 1).abs().max()) < 0.1


def test_it_compiles_in_one_piece() -> None:
    network = small()
    window, who = torch.rand(2, 9, 32, 32), torch.rand(2, 5)
    compiled = torch.compile(network, backend="eager", fullgraph=True)
    assert torch.equal(compiled(window, who).picture, network(window, who).picture)
