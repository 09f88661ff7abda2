"""Clocks, and parts that are watched."""

import subprocess
import sys
import time
from typing import Any

import pytest
from torch import nn

from visemix.core.interfaces import Renderer
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.rendering import Rendering
from visemix.registry.comparing.sizes import _networks
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


PEAK = """
import numpy as np
from visemix.registry.comparing.sizes import peak_memory

before = peak_memory()
block = np.ones(200 << 20, np.uint8)
print(before, peak_memory(), block[0])
"""


def test_peak_memory_is_of_one_process() -> None:
    """In a process of its own: this one may have had a larger peak long ago."""
    done = subprocess.run([sys.executable, "-c", PEAK], capture_output=True, text=True, check=True)
    before, after, _ = map(int, done.stdout.split())
    assert 20 << 20 < before < 2 << 30
    assert 150 << 20 < after - before < 300 << 20
