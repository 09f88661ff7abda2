"""``visemix compare --ray``: two nodes, one of which dies midway."""

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from visemix.core.judging.comparison import Comparison

CLUSTER = Path(__file__).with_name("ray_cluster.py")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed"),
]


@attrs.frozen
class Cluster:
    """Two nodes."""

    process: "subprocess.Popen[str]"
    address: str

    def kill_one(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("kill\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "killed\n"


@pytest.fixture
def cluster(arena: Any) -> Iterator[Cluster]:
    """Its workers find the plugins that ``arena`` installed."""
    process = subprocess.Popen(
        [sys.executable, str(CLUSTER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"RAY_USAGE_STATS_ENABLED": "0", "OMP_NUM_THREADS": "1"},
        cwd=arena.folder,
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert address, "the cluster did not start"
    yield Cluster(process, address)
    process.communicate("stop\n", timeout=60)


def test_a_node_that_dies_costs_nothing(
    arena: Any, cluster: Cluster, start: Callable[..., "subprocess.Popen[str]"]
) -> None:
    arena.write("[{part: difference, wait: 0.3}, spread]", seeds="[0, 1]")
    words = arena.words("quick", "again=quick")
    process = start(*words, "--ray", cluster.address)
    measured = arena.folder / "report/work/cases"
    end = time.monotonic() + 300
    while len(list(measured.glob("*/measured/spread-*"))) < 2:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.1)
    cluster.kill_one()
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    found: Comparison = arena.comparison()
    assert len(found.videos) == 2 * (5 + 4), out
    assert not found.failures
    assert found.hardware.startswith("a Ray cluster")
