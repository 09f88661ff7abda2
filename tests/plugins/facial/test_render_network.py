"""The generator has the published size and works on pictures of any."""

import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.plugins.facial.render_network import RenderSize, RenderToVideo

TINY = RenderSize(width=8, downs=2, blocks=1, local_blocks=1)


def test_parameters_are_as_many_as_published() -> None:
    network = RenderToVideo(30, RenderSize())
    assert sum(p.numel() for p in network.parameters()) == 88_446_755


def test_a_fourth_channel_widens_the_first_layers_only() -> None:
    three, four = (RenderToVideo(10 * c, TINY) for c in (3, 4))
    more = sum(p.numel() for p in four.parameters()) - sum(p.numel() for p in three.parameters())
    assert more == 10 * 7 * 7 * (8 + 4)


@pytest.mark.parametrize("size", [(32, 32), (37, 50)])
def test_pictures_keep_their_size(size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    network = RenderToVideo(12, TINY)
    made = network(torch.rand(2, 12, *size))
    assert made.shape == (2, 3, *size)
    assert -1 <= float(made.detach().min()) < float(made.detach().max()) <= 1


def test_both_branches_are_heard() -> None:
    torch.manual_seed(0)
    network = RenderToVideo(12, TINY)
    network(torch.rand(1, 12, 32, 32)).square().mean().backward()
    for branch in (network.overview, network.detail, network.finish):
        slopes = [p.grad for p in branch.parameters() if p.ndim > 1]
        assert all(slope is not None and bool(slope.any()) for slope in slopes)


def test_too_small_pictures_are_refused() -> None:
    with pytest.raises(InvalidValue, match="needs 64 px, the render is 40 x 48"):
        RenderToVideo(12, RenderSize(8, 4, 1, 1))(torch.zeros(1, 12, 40, 48))


def test_it_compiles_in_one_piece() -> None:
    network = RenderToVideo(12, TINY)
    stack = torch.rand(1, 12, 37, 50)
    compiled = torch.compile(network, backend="eager", fullgraph=True)
    assert torch.equal(compiled(stack), network(stack))
