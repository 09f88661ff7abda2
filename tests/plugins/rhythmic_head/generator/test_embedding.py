"""Many references become one embedding (eqs. 3, 4, 6)."""

import pytest
import torch
from torch.testing import assert_close

from visemix.plugins.rhythmic_head.generator.embedding import HybridEmbedding
from visemix.plugins.rhythmic_head.generator.scene import Known
from visemix.plugins.rhythmic_head.generator.size import Size

SIZE = Size(width=4, downs=3, norm="instance")


def known(count: int) -> Known:
    torch.manual_seed(count)
    return Known(torch.rand(2, count, 3, 32, 32) * 2 - 1, torch.rand(2, count, 1, 32, 32))


def embedding(attention: bool) -> HybridEmbedding:
    torch.manual_seed(0)
    return HybridEmbedding(SIZE, attention).eval()


@pytest.mark.parametrize("attention", [True, False])
@pytest.mark.parametrize("count", [1, 8, 32])
def test_any_number_of_references(attention: bool, count: int) -> None:
    network = embedding(attention)
    image, landmarks = network(network.remember(known(count)), torch.rand(2, 1, 32, 32))
    assert image.shape == landmarks.shape == (2, 32, 4, 4)


def test_the_order_of_references_does_not_matter() -> None:
    network, few, wanted = embedding(True), known(4), torch.rand(2, 1, 32, 32)
    turned = Known(few.pictures.flip(1), few.landmarks.flip(1))
    made = [network(network.remember(known), wanted) for known in (few, turned)]
    for one, other in zip(*made, strict=True):
        assert_close(one, other, atol=1e-4, rtol=1e-4)


def test_the_wanted_face_decides_only_with_attention() -> None:
    wanted = torch.rand(2, 2, 1, 32, 32)
    for attention in (True, False):
        network = embedding(attention)
        remembered = network.remember(known(4))
        one, other = (network(remembered, edges)[0] for edges in wanted)
        assert torch.equal(one, other) != attention


def test_a_person_is_remembered_for_many_frames() -> None:
    network, few = embedding(True), known(3)
    alone = Known(few.pictures[:1], few.landmarks[:1])
    wanted = torch.rand(4, 1, 32, 32)
    many = network(network.remember(alone).expanded(4), wanted)[0]
    each = [network(network.remember(alone), edges[None])[0] for edges in wanted]
    assert_close(many, torch.cat(each), atol=1e-5, rtol=1e-4)


def test_without_attention_it_is_the_mean() -> None:
    network, few = embedding(False), known(2)
    singles = [
        network.remember(Known(few.pictures[:, k : k + 1], few.landmarks[:, k : k + 1])).image
        for k in range(2)
    ]
    assert_close(network.remember(few).image, torch.stack(singles).mean(0))
