"""All installed rasterizers side by side.

    pytest benchmarks/rasterizer.py                    everything that this machine can run
    pytest benchmarks/rasterizer.py -k "cpu and 256"

forward: rasterise and interpolate three channels. backward: the same, and the gradient by vertices
and attributes. smooth: with blended silhouettes between the two. facial: colours in spherical-
harmonic light and an eye mask, from geometry to finished tensors. graph: forward in a CUDA graph.

The vertices of every round differ from those of the last. CPU: the fastest round, by pytest-
benchmark. GPU: the median of device events. The memory floor is the time in which a copy on the
same device moves what the call must read and what it returned, once.
"""

import itertools
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar

import attrs
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from torch import Tensor

from benchmarks.drawers import Drawer, cpu_drawers, gpu_drawers
from benchmarks.meshes import SHAPES, Scene, facial, scene
from benchmarks.rasterizer_table import Row
from benchmarks.timing import copy_bandwidth, device_seconds, graph_seconds
from visemix.core.values.geometry import FaceGeometry

INPUTS = 4
SIZES = (224, 256, 512, 1024)
WORK = ("forward", "backward", "smooth")
CPU, GPU = cpu_drawers(), gpu_drawers()
NUMBA, ALONE, REFERENCE = CPU
BUDGET_S = 1.0

Input = TypeVar("Input")


@attrs.frozen
class Case:
    """What is measured: one kind of work of one rasterizer on one shape, size and batch."""

    drawer: Drawer
    work: str
    shape: str
    size: int
    batch: int

    def __str__(self) -> str:
        return f"{self.drawer.name} {self.work} {self.shape} {self.size} x{self.batch}"

    def row(self, seconds: float, floor: float = 0.0) -> Row:
        return Row(self.work, self.shape, self.size, self.batch, self.drawer.name, seconds, floor)

    def scenes(self, count: int = INPUTS) -> list[Scene]:
        shape = SHAPES[self.shape]()
        device = self.drawer.device
        return [scene(shape, self.batch, self.size, seed, device) for seed in range(count)]

    def faces(self) -> list[FaceGeometry]:
        shape = SHAPES[self.shape]()
        device = self.drawer.device
        return [facial(shape, self.batch, self.size, seed, device) for seed in range(INPUTS)]

    def call(self, given: Scene) -> tuple[Tensor, ...]:
        if self.work in ("forward", "graph"):
            return self.drawer.forward(given)
        return self.drawer.gradients(given, antialias=self.work == "smooth")

    def floor(self, given: Scene) -> float:
        """Seconds in which a copy moves what must be read and written, each once."""
        made = sum(x.numel() * x.element_size() for x in self.call(given))
        if self.work in ("backward", "smooth"):  # the picture is written, its slopes are read
            made += 2 * 4 * 3 * self.batch * self.size**2
        return (given.bytes_in + made) / bandwidth(self.drawer.device)


def cases(
    drawers: Sequence[Drawer], work: Sequence[str], sizes: Sequence[int], batches: Sequence[int]
) -> list[Case]:
    every = itertools.product(drawers, work, SHAPES, sizes, batches)
    return [Case(*one) for one in every]


CPU_CASES = [
    *cases([NUMBA], WORK, SIZES, (1, 16)),
    *cases([ALONE], ("forward",), (256,), (1, 16)),
    *cases([REFERENCE], WORK, (256,), (1,)),
]
CPU_FACES = [
    *cases([NUMBA], ("facial",), (512,), (16,)),
    *cases([REFERENCE], ("facial",), (512,), (1,)),
]
GPU_CASES = cases(GPU, WORK, SIZES, (1, 16, 64, 256))
GPU_FACES = cases(GPU, ("facial",), (512,), (128,))
GPU_GRAPHS = cases(GPU[:1], ("graph",), (256, 512), (1,))


@pytest.mark.parametrize("case", CPU_CASES, ids=str)
def test_cpu(benchmark: BenchmarkFixture, rows: list[Row], case: Case) -> None:
    scenes = case.scenes()
    seconds = fastest(benchmark, case.call, scenes)
    rows.append(case.row(seconds, case.floor(scenes[0])))


@pytest.mark.parametrize("case", CPU_FACES, ids=str)
def test_cpu_faces(benchmark: BenchmarkFixture, rows: list[Row], case: Case) -> None:
    rows.append(case.row(fastest(benchmark, rendering(case.drawer), case.faces())))


@pytest.mark.parametrize("case", GPU_CASES, ids=str)
def test_gpu(rows: list[Row], case: Case) -> None:
    try:
        scenes = case.scenes()
        seconds = device_seconds(case.call, scenes, case.drawer.device)
        rows.append(case.row(seconds, case.floor(scenes[0])))
    except torch.OutOfMemoryError:
        rows.append(case.row(float("inf")))


@pytest.mark.parametrize("case", GPU_FACES, ids=str)
def test_gpu_faces(rows: list[Row], case: Case) -> None:
    device = case.drawer.device
    rows.append(case.row(device_seconds(rendering(case.drawer), case.faces(), device)))


@pytest.mark.parametrize("case", GPU_GRAPHS, ids=str)
def test_gpu_graph(rows: list[Row], case: Case) -> None:
    (given,) = case.scenes(1)
    rows.append(case.row(graph_seconds(case.call, given), case.floor(given)))


def rendering(drawer: Drawer) -> Callable[[FaceGeometry], object]:
    """From a geometry to finished tensors; what does not change is checked beforehand."""
    renderer = drawer.renderer

    def paint(geometry: FaceGeometry) -> object:
        return renderer.paint(geometry, renderer.mesh_of(geometry), renderer.masks_of(geometry))

    return paint


@cache
def bandwidth(device: str) -> float:
    return copy_bandwidth(device)


def fastest(
    benchmark: BenchmarkFixture, call: Callable[[Input], object], given: Sequence[Input]
) -> float:
    """Seconds of the fastest of as many rounds as fit into a second, at least 3, after warm-up."""
    rotating = itertools.cycle(given)
    call(next(rotating))
    start = time.perf_counter()
    call(next(rotating))
    rounds = min(max(int(BUDGET_S / (time.perf_counter() - start)), 3), 50)
    benchmark.pedantic(  # type: ignore[no-untyped-call]  # pytest-benchmark is typed in part
        lambda: call(next(rotating)), rounds=rounds, warmup_rounds=2
    )
    assert benchmark.stats is not None, "pytest was told not to measure"
    times: list[float] = benchmark.stats.stats.data
    return min(times)
