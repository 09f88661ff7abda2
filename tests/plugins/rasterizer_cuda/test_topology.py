"""Who is around whom, and how often triangles are looked at."""

from itertools import pairwise

import pytest
import torch

from visemix.core.errors import VisemixError
from visemix.plugins.rasterizer_cuda import topology
from visemix.plugins.rasterizer_cuda.topology import REMEMBERED, Ring, Topologies

TRIANGLES = torch.tensor([[[0, 1, 2], [2, 1, 3], [5, -1, 1]]], dtype=torch.int32)


def test_ring_lists_corners_in_order_and_leaves_out_wrong_ones() -> None:
    ring = Ring.of(TRIANGLES, 5)
    start, corners = ring.start[0].tolist(), ring.corners[0].tolist()
    around = [corners[a:b] for a, b in pairwise(start)]
    assert around == [[0], [1, 4, 8], [2, 3], [5], []]


def test_ring_of_each_frame() -> None:
    both = torch.cat((TRIANGLES, TRIANGLES.flip(1)))
    together = Ring.of(both, 5)
    for t in range(2):
        alone = Ring.of(both[t : t + 1], 5)
        assert torch.equal(together.start[t], alone.start[0])
        assert torch.equal(together.corners[t], alone.corners[0])


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time that indices were looked at."""
    found: list[int] = []
    monkeypatch.setattr(topology, "check_indices", lambda triangles, count: found.append(count))
    return found


def test_triangles_are_checked_once_until_they_change(checks: list[int]) -> None:
    known, triangles = Topologies(), TRIANGLES.clone()
    first = known.of(triangles, 6)
    assert known.of(triangles, 6) is first
    assert known.of(triangles.detach(), 6) is first
    assert len(checks) == 1
    known.of(triangles, 7)
    triangles[0, 0, 0] = 1
    assert known.of(triangles, 6) is not first
    assert len(checks) == 3


def test_only_the_last_ones_are_kept(checks: list[int]) -> None:
    known = Topologies()
    many = [TRIANGLES.clone() for _ in range(REMEMBERED + 1)]
    for triangles in (*many, many[-1], many[0]):
        known.of(triangles, 6)
    assert len(checks) == REMEMBERED + 2


def test_nothing_is_kept_that_could_change_unseen(
    checks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Topologies()
    with torch.inference_mode():
        uncounted = TRIANGLES.clone()
    known.of(uncounted, 6)
    known.of(uncounted, 6)
    assert len(checks) == 2
    monkeypatch.setattr(topology, "_recording", lambda device: True)
    recorded = known.of(TRIANGLES.clone(), 6)
    assert len(checks) == 2
    with pytest.raises(VisemixError, match="once before recording a CUDA graph"):
        _ = recorded.across
