"""Identity encoder and frame decoder."""

import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.plugins.temporal_gan.pictures import Block, FaceNetwork, PictureSize

SMALL = PictureSize(height=32, width=4, identity=8, latent=12)


@pytest.fixture(scope="module")
def network() -> FaceNetwork:
    torch.manual_seed(0)
    return FaceNetwork(SMALL).eval()


def test_the_published_number_of_weights() -> None:
    full = FaceNetwork(PictureSize())
    encoder, decoder = (
        sum(p.numel() for p in half.parameters()) / 1e6 for half in (full.encoder, full.decoder)
    )
    assert encoder == pytest.approx(12.7, abs=0.05)
    assert decoder == pytest.approx(41.06, abs=0.005)


def test_maps_of_the_published_sizes() -> None:
    identity = FaceNetwork(PictureSize(width=2)).eval().encoder(torch.zeros(1, 3, 128, 96))
    assert [tuple(m.shape[1:]) for m in identity.maps] == [
        (2, 64, 48),
        (4, 32, 24),
        (8, 16, 12),
        (16, 8, 6),
        (32, 4, 3),
    ]
    assert identity.code.shape == (1, 128)


def test_frames_of_several_people(network: FaceNetwork) -> None:
    still, latent = torch.randn(2, 3, 32, 24), torch.randn(2, 5, 12)
    with torch.no_grad():
        both = network(still, latent)
        second = network(still[1:], latent[1:])
    assert both.shape == (2, 5, 3, 32, 24)
    torch.testing.assert_close(both[1:], second)
    assert float(both.abs().max()) <= 1


def test_a_convolution_over_a_concatenation_is_the_sum_of_two(network: FaceNetwork) -> None:
    block = network.decoder.blocks[0]
    assert isinstance(block, Block) and block.still is not None
    own, still = torch.randn(1, 16, 4, 3), torch.randn(1, 16, 4, 3)
    weight = torch.cat((block.own.weight, block.still.weight), 1)
    together = torch.nn.functional.conv2d(torch.cat((own, still), 1), weight, padding=1)
    torch.testing.assert_close(block.own(own) + block.still(still), together)


def test_without_skips_only_the_identity_code_tells_people_apart() -> None:
    torch.manual_seed(0)
    size = PictureSize(height=32, width=4, identity=8, latent=12, skips=False)
    network = FaceNetwork(size).eval()
    latent = torch.randn(1, 2, 12)
    identity = network.encoder(torch.randn(1, 3, 32, 24))
    other = network.encoder(torch.randn(1, 3, 32, 24))
    torch.testing.assert_close(
        network.decoder(latent, identity),
        network.decoder(latent, type(identity)(identity.code, other.maps)),
    )
    fewer, more = (
        sum(p.numel() for p in FaceNetwork(s).parameters())
        for s in (size, PictureSize(height=32, width=4, identity=8, latent=12))
    )
    assert fewer < more


@pytest.mark.parametrize("height", [4, 100, 96])
def test_other_heights_are_refused(height: int) -> None:
    with pytest.raises(InvalidValue, match="4 times a power of two"):
        PictureSize(height=height)
