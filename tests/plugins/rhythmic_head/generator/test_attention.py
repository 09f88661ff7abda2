"""Eq. 3."""

import torch
from torch.testing import assert_close

from visemix.plugins.rhythmic_head.generator.attention import ActivationEncoder, activations
from visemix.plugins.rhythmic_head.generator.size import Size


def test_shares_sum_to_one_at_every_pixel() -> None:
    shares = activations(torch.randn(2, 5, 4, 3, 3), torch.randn(2, 4, 3, 3))
    assert shares.shape == (2, 5, 3, 3)
    assert_close(shares.sum(1), torch.ones(2, 3, 3))


def test_the_reference_that_is_like_the_wanted_face_has_the_most() -> None:
    query = torch.randn(1, 16, 1, 2)
    keys = torch.stack((-query, query, torch.zeros_like(query)), 1)
    keys[0, 2, :, 0, 1] = 9 * query[0, :, 0, 1]  # at the second pixel another one is more like it
    assert activations(keys, query).argmax(1).tolist() == [[[1, 2]]]


def test_a_single_reference_has_all() -> None:
    assert bool((activations(torch.randn(2, 1, 4, 3, 3), torch.randn(2, 4, 3, 3)) == 1).all())


def test_edge_maps_are_encoded_at_a_quarter_of_their_size() -> None:
    size = Size(width=4)
    assert ActivationEncoder(size)(torch.rand(3, 1, 32, 24)).shape == (3, 16, 8, 6)
