"""Identity encoder, GRU and decoder."""

import attrs
import pytest
import torch
from torch import nn

from visemix.core.errors import InvalidValue
from visemix.plugins.audio2au.pictures import Block, FaceNetwork, FaceSize

SMALL = FaceSize(picture=32, width=4, identity=8, latent=32, unit=4, hidden=16)


@pytest.fixture(scope="module")
def network() -> FaceNetwork:
    torch.manual_seed(0)
    return FaceNetwork(SMALL).eval()


def layers(network: nn.Module, kind: type[nn.Module]) -> int:
    return sum(isinstance(module, kind) for module in network.modules())


def test_the_published_shapes() -> None:
    full = FaceNetwork(FaceSize(width=2)).eval()
    code, maps = full.encoder(torch.zeros(1, 3, 112, 112))
    assert code.shape == (1, 512)
    assert [m.shape[-1] for m in maps] == [56, 28, 14, 7]
    assert full.follow.input_size == 1344
    assert full.decoder._first == (16, 7, 7)
    with torch.no_grad():
        assert full(torch.zeros(1, 3, 112, 112), torch.zeros(1, 2, 832)).shape == (
            *(1, 2),
            *(3, 112, 112),
        )


def test_the_published_layers_and_widths() -> None:
    with torch.device("meta"):
        full = FaceNetwork(FaceSize())
    assert layers(full.encoder, nn.Conv2d) == 4
    assert layers(full.encoder, nn.Linear) == layers(full.decoder, nn.Linear) == 1
    halves = layers(full.decoder, nn.ConvTranspose2d)  # four of them are written as two
    assert halves - len(full.decoder.blocks) == 6
    assert full.decoder.first.out_features == 512 * 7 * 7
    assert full.encoder.code.in_features == 25_088


def test_without_audio2au_the_gru_hears_1024_numbers() -> None:
    with torch.device("meta"):
        assert FaceNetwork(FaceSize(use_audio2au=False)).follow.input_size == 1024
    size = attrs.evolve(SMALL, use_audio2au=False)
    deaf = FaceNetwork(size).eval()
    still, latent = torch.randn(1, 3, 32, 32), torch.randn(1, 2, 32)
    other = latent.clone()
    other[..., 12:] += 1
    with torch.no_grad():
        assert torch.equal(deaf(still, latent), deaf(still, other))


def test_memory_makes_pieces_equal_to_the_whole(network: FaceNetwork) -> None:
    still, latent = torch.randn(2, 3, 32, 32), torch.randn(2, 5, 32)
    with torch.no_grad():
        whole = network(still, latent)
        person = network.person(still)
        first, memory = network.speak(person, latent[:, :2], None)
        second, _ = network.speak(person, latent[:, 2:], memory)
    torch.testing.assert_close(torch.cat((first, second), 1), whole)
    assert float(whole.abs().max()) <= 1
    assert not torch.allclose(whole[0, 0], whole[0, 1], atol=1e-6)


def test_the_gru_and_the_skips_know_the_person(network: FaceNetwork) -> None:
    still, latent = torch.randn(2, 3, 32, 32), torch.randn(1, 2, 32)
    with torch.no_grad():
        one, other = (network.person(picture[None]) for picture in still)
        mixed = type(one)(one.code, other.seen)
        made = [network.speak(person, latent, None)[0] for person in (one, other, mixed)]
    assert not torch.allclose(made[0], made[2])
    assert not torch.allclose(made[1], made[2], atol=1e-7)


def test_a_transposed_convolution_over_a_concatenation_is_the_sum_of_two() -> None:
    block = Block(6, 4)
    own, still = torch.randn(1, 6, 4, 4), torch.randn(1, 6, 4, 4)
    weight = torch.cat((block.own.weight, block.still.weight), 0)
    together = nn.functional.conv_transpose2d(torch.cat((own, still), 1), weight, None, 2, 1)
    torch.testing.assert_close(block.own(own) + block.still(still), together)


@pytest.mark.parametrize("picture", [16, 100])
def test_other_sizes_are_refused(picture: int) -> None:
    with pytest.raises(InvalidValue, match="multiple of 16"):
        FaceSize(picture=picture)


def test_a_code_without_room_for_sound_is_refused() -> None:
    with pytest.raises(InvalidValue, match="no room"):
        FaceSize(latent=320)
