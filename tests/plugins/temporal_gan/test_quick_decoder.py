"""The decoder with everything constant done once makes the same pictures."""

import pytest
import torch

from visemix.plugins.temporal_gan.pictures import FaceNetwork, PictureSize
from visemix.plugins.temporal_gan.quick_decoder import QuickDecoder, Quickness

CPU = torch.device("cpu")


def trained(skips: bool) -> FaceNetwork:
    """A network whose batch norms are not the identity, and whose pictures are full of contrast."""
    torch.manual_seed(0)
    network = FaceNetwork(PictureSize(height=32, width=8, identity=8, latent=12, skips=skips))
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.ndim == 1:
                parameter.add_(0.3 * torch.randn_like(parameter))
            else:
                parameter.mul_(3)
        network.decoder.last.weight.mul_(5)
        for _ in range(8):
            network(torch.rand(2, 3, 32, 24) * 2 - 1, torch.randn(2, 4, 12))
    return network.eval()


@pytest.mark.parametrize("skips", [True, False])
def test_the_same_pictures(skips: bool) -> None:
    network = trained(skips)
    still, latent = torch.rand(3, 32, 24) * 2 - 1, torch.randn(7, 12)
    with torch.no_grad():
        wanted = (network(still[None], latent[None])[0] + 1) * 127.5
    assert float(wanted.std()) > 30
    made = QuickDecoder(network, still, Quickness(CPU, torch.float32))(latent)
    assert made.dtype == torch.uint8 and made.is_contiguous()
    assert float((made.float() - wanted).abs().max()) <= 0.51
    narrow = QuickDecoder(network, still, Quickness(CPU, torch.bfloat16))(latent)
    assert float((narrow.float() - wanted).abs().mean()) < 2


def test_the_number_of_frames_at_once_does_not_matter() -> None:
    network = trained(skips=True)
    quick = QuickDecoder(network, torch.rand(3, 32, 24), Quickness(CPU, torch.float32))
    latent = torch.randn(6, 12)
    apart = torch.cat([quick(code[None]) for code in latent]).int()
    assert int((apart - quick(latent).int()).abs().max()) <= 1


def test_where_it_computes_how() -> None:
    network = trained(skips=True)
    assert Quickness.of(network, "float32").dtype == torch.float32
    assert Quickness.of(network, "bfloat16").dtype == torch.bfloat16
    assert Quickness.of(network, "auto").device == CPU
