"""The temporal half of the generator."""

import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.plugins.temporal_gan.hearing import AudioFrameEncoder
from visemix.plugins.temporal_gan.latent import LatentNetwork, LatentSize, parameters_of

SMALL = LatentSize(samples=3200, content=8, noise=4, width=2)


def count(network: torch.nn.Module) -> float:
    """Weights, in millions."""
    return sum(p.numel() for p in network.parameters()) / 1e6


@pytest.mark.parametrize("samples", [10_000, 3_200])
def test_the_published_number_of_weights(samples: int) -> None:
    encoder = AudioFrameEncoder(samples)
    assert count(encoder) == pytest.approx(0.70, abs=0.005)
    released = LatentNetwork(LatentSize(samples=samples, layers=2))
    sizes = parameters_of(released)
    assert (sizes["encoder"] + sizes["speaking"]) / 1e6 == pytest.approx(1.49, abs=0.005)
    assert sizes["moving"] == 2 * 3 * 10 * (10 + 1)


def test_a_window_that_is_no_whole_steps_is_refused() -> None:
    with pytest.raises(InvalidValue, match=r"0\.2 s at 16 or 50 kHz"):
        AudioFrameEncoder(8820)  # 0.2 s at 44.1 kHz


@pytest.mark.parametrize("layers", [1, 2])
def test_memory_makes_pieces_equal_to_the_whole(layers: int) -> None:
    torch.manual_seed(0)
    size = LatentSize(samples=3200, content=8, noise=4, width=2, layers=layers)
    network = LatentNetwork(size).eval()
    windows, noise = torch.randn(2, 9, 3200), torch.randn(2, 9, 4)
    with torch.no_grad():
        whole, _ = network(windows, noise)
        first, memory = network(windows[:, :4], noise[:, :4])
        second, _ = network(windows[:, 4:], noise[:, 4:], memory)
        forgotten, _ = network(windows[:, 4:], noise[:, 4:])
    torch.testing.assert_close(torch.cat((first, second), 1), whole)
    assert not torch.allclose(forgotten, second)


def test_content_comes_first_and_noise_does_not_reach_it() -> None:
    torch.manual_seed(0)
    network = LatentNetwork(SMALL).eval()
    windows = torch.randn(1, 5, 3200)
    with torch.no_grad():
        one, _ = network(windows, torch.zeros(1, 5, 4))
        other, _ = network(windows, torch.ones(1, 5, 4))
    assert torch.equal(one[..., :8], other[..., :8])
    assert not torch.allclose(one[..., 8:], other[..., 8:])


def test_without_time_every_frame_stands_for_itself() -> None:
    torch.manual_seed(0)
    size = LatentSize(samples=3200, content=8, noise=4, width=2, temporal=False)
    network = LatentNetwork(size).eval()
    windows, noise = torch.randn(1, 5, 3200), torch.randn(1, 5, 4)
    with torch.no_grad():
        whole, memory = network(windows, noise)
        alone, _ = network(windows[:, 3:4], noise[:, 3:4])
    assert memory is None
    torch.testing.assert_close(whole[:, 3:4], alone)
    assert not list(network.named_parameters())[-1][0].startswith("moving")
