"""Pictures are moved the right way."""

import pytest
import torch
from torch.testing import assert_close

from visemix.plugins.rhythmic_head.generator.flow import FlowNet, unmoved, warp
from visemix.plugins.rhythmic_head.generator.size import Size


def test_no_flow_moves_nothing() -> None:
    picture = torch.rand(2, 3, 5, 8)
    assert_close(warp(picture, torch.zeros(2, 2, 5, 8)), picture)
    assert_close(unmoved(picture).picture, picture)


@pytest.mark.parametrize(("right", "down"), [(2.0, 0.0), (0.0, -1.0), (3.0, 2.0)])
def test_flow_says_where_pixels_come_from(right: float, down: float) -> None:
    picture = torch.rand(1, 1, 6, 9)
    flow = torch.tensor([right, down])[None, :, None, None].expand(1, 2, 6, 9)
    rows = (torch.arange(6) + int(down)).clamp(0, 5)
    columns = (torch.arange(9) + int(right)).clamp(0, 8)
    assert_close(warp(picture, flow), picture[:, :, rows][..., columns])


def test_at_first_pictures_lie_nearly_where_they_were() -> None:
    torch.manual_seed(0)
    network = FlowNet(Size(width=8, flow_downs=2, flow_blocks=1, norm="instance"))
    picture = torch.rand(2, 3, 32, 24)
    moved = network(picture, torch.rand(2, 1, 32, 24), torch.rand(2, 1, 32, 24))
    assert moved.flow.shape == (2, 2, 32, 24)
    assert 0 < float(moved.flow.detach().abs().max()) < 1
    assert moved.picture.shape == picture.shape and moved.weight.shape == (2, 1, 32, 24)


def test_it_learns_to_move_a_picture() -> None:
    torch.manual_seed(0)
    size = Size(width=8, flow_downs=2, flow_blocks=1, norm="instance")
    network, marks = FlowNet(size), torch.zeros(1, 2, 1, 32, 32)
    marks[0, 0, 0, 8:16, 8:16] = 1
    marks[0, 1, 0, 8:16, 11:19] = 1
    smooth = torch.nn.functional.avg_pool2d(torch.rand(1, 3, 36, 36), 5, 1)
    here, wanted = smooth, smooth.roll(3, -1)
    adam = torch.optim.Adam(network.parameters(), 1e-3)
    errors = []
    for _ in range(40):
        error = (network(here, marks[:, 0], marks[:, 1]).picture - wanted)[..., 4:-4].abs().mean()
        adam.zero_grad()
        error.backward()
        adam.step()
        errors.append(float(error.detach()))
    assert errors[-1] < 0.5 * errors[0]
