"""Clocks, and parts that are watched."""

import time
from typing import Any

import pytest
import torch
from torch import nn

from visemix.core.interfaces import Renderer
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.rendering import Rendering
from visemix.registry.comparing.sizes import _networks, peak_memory
from visemix.registry.comparing.timing import Clock, Watched


class Slow(Renderer):
    name = "slow"

    def render(self, geometry: FaceGeometry) -> Rendering:
        time.sleep(0.02)
        raise ValueError("as told")


def test_frames_of_a_block_share_its_time() -> None:
    clock = Clock(finished=[(0.4, 4), (0.5, 1), (0.9, 2)])
    assert clock.first_frame_s == 0.4
    assert clock.frame_s == pytest.approx((0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.2))


def test_a_started_clock_forgets() -> None:
    clock = Clock(finished=[(0.4, 4)], stages={"renderer": 1.0})
    clock.start()
    clock.made(3)
    assert clock.stages == {}
    ((seconds, frames),) = clock.finished
    assert frames == 3 and 0 <= seconds < 5


def test_a_watched_part_is_that_part_and_its_work_is_timed() -> None:
    clock = Clock()
    part: Any = Watched(Slow(), "renderer", clock)
    assert part.name == "slow"
    for _ in range(2):
        with pytest.raises(ValueError, match="as told"):
            part.render("a geometry")
    assert 0.04 <= clock.stages["renderer"] < 1
    assert isinstance(part, Renderer)


def test_networks_are_found_wherever_a_part_keeps_them() -> None:
    class Holder:
        def __init__(self) -> None:
            self.inner = {"a": [nn.Linear(2, 3)], "text": "x"}
            self.same = self.inner
            self.myself = self

    networks = list(_networks(Holder(), 5, set()))
    assert [sum(p.numel() for p in n.parameters()) for n in networks] == [9]


def test_peak_memory_is_of_this_process() -> None:
    before = peak_memory()
    block = torch.ones(60 << 20, dtype=torch.uint8)
    assert peak_memory() - before + (10 << 20) > 50 << 20
    assert int(block[0]) == 1
    assert before > 20 << 20
