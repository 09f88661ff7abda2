import pytest
import torch
from torch import Tensor, nn

from visemix.plugins.rhythmic_head.position_network import PositionMapNetwork, _Down, _Up


def _delta(weight: Tensor, at: int) -> None:
    """One channel to itself, from one place of the kernel."""
    with torch.no_grad():
        weight.zero_()
        weight[0, 0, at, at] = 1


@pytest.mark.parametrize("size", [32, 64])
def test_a_picture_becomes_a_map_of_its_size(size: int) -> None:
    network = PositionMapNetwork(width=2).eval()
    made = network(torch.rand(2, 3, size, size)).detach()
    assert made.shape == (2, 3, size, size)
    assert float(made.min()) >= 0 and float(made.max()) <= 1


def test_published_channels() -> None:
    network = PositionMapNetwork()
    convolutions = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    transposed = [m for m in network.modules() if isinstance(m, nn.ConvTranspose2d)]
    wide = [m for m in convolutions if m.kernel_size == (4, 4)]
    assert [m.stride[0] for m in wide] == [1, *[2, 1] * 5]
    assert wide[0].out_channels == 16 and convolutions[-1].out_channels == 512
    assert [m.stride[0] for m in transposed].count(2) == 5
    assert [m.out_channels for m in transposed[-3:]] == [3, 3, 3]


def test_the_larger_half_of_the_padding_lies_behind() -> None:
    """As TensorFlow pads "SAME": the kernel's second place lies on the pixel itself."""
    picture = torch.rand(1, 1, 8, 8)
    layer = _Down(1, 1, 1).eval()
    _delta(layer.convolution.weight, 1)
    torch.testing.assert_close(layer(picture), picture / (1 + 1e-3) ** 0.5)
    halved = _Down(1, 1, 2).eval()
    _delta(halved.convolution.weight, 1)
    torch.testing.assert_close(halved(picture), picture[..., ::2, ::2] / (1 + 1e-3) ** 0.5)


def test_growing_is_the_reverse_of_shrinking() -> None:
    """A transposed convolution is the gradient of the convolution with the same weights."""
    for stride in (1, 2):
        down, up = _Down(1, 1, stride).eval(), _Up(1, 1, stride).eval()
        with torch.no_grad():
            up.convolution.weight.copy_(down.convolution.weight)
        picture = torch.rand(1, 1, 8, 8, requires_grad=True)
        small = torch.rand(1, 1, 8 // stride, 8 // stride)
        (gradient,) = torch.autograd.grad((down(picture) * small).sum(), picture)
        torch.testing.assert_close(up(small), gradient)
