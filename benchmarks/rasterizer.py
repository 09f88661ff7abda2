"""CPU rasterizers: rasterise and interpolate three channels at 256².

    pytest benchmarks/rasterizer.py

A frame's time is the fastest of the rounds, after warm-up, divided by the number of frames. The
vertices of every round differ from those of the last.
"""

import itertools
import platform
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from torch import Tensor

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh
from visemix.plugins.rasterizer_cpu import batch, reference

SIZE = 256


def numba(mesh: Mesh, attributes: Tensor) -> Fragments:
    return batch.draw(mesh, attributes, threads=torch.get_num_threads(), keep=False)


def numba_one_thread(mesh: Mesh, attributes: Tensor) -> Fragments:
    return batch.draw(mesh, attributes, threads=1, keep=False)


def grid(edge: int) -> tuple[Tensor, Tensor]:
    """Vertices [V, 3] and triangles [F, 3] of a dome."""
    line = torch.linspace(-1, 1, edge)
    y, x = torch.meshgrid(line, line, indexing="ij")
    dome = torch.stack((x, y, (1.6 - x**2 - y**2).clamp_min(0).sqrt()), -1)
    index = torch.arange(edge * edge, dtype=torch.int32).reshape(edge, edge)
    a, b, c, d = (index[i : edge - 1 + i, j : edge - 1 + j] for i in (0, 1) for j in (0, 1))
    cells = torch.stack((torch.stack((a, c, b), -1), torch.stack((b, c, d), -1)), 2)
    return dome.reshape(-1, 3), cells.reshape(-1, 3)


def canonical_face() -> tuple[Tensor, Tensor]:
    """Vertices [V, 3] and triangles [F, 3] of MediaPipe's face."""
    with (files("visemix.plugins.landmark_mesh") / "canonical_face.npz").open("rb") as file:
        data = np.load(file)
        vertices = torch.tensor(data["v"] * (1, -1, 1), dtype=torch.float32)
        triangles = torch.tensor(data["f"], dtype=torch.int32)
    return vertices - vertices.mean(0), triangles


MESHES = {
    "35,721 vertices / 70,688 triangles": lambda: grid(189),
    "468 vertices / 898 triangles": canonical_face,
}


def moving(shape: tuple[Tensor, Tensor], frames: int, seed: int) -> Mesh:
    """The shape over four fifths of the picture, moved by up to a pixel in every frame."""
    vertices, triangles = shape
    scale = 0.4 * SIZE / vertices[:, :2].abs().max()
    generator = torch.Generator().manual_seed(seed)
    moved = vertices * scale + SIZE / 2 + torch.rand((frames, 1, 3), generator=generator)
    return Mesh(moved, triangles, torch.eye(4), SIZE, SIZE)


def hardware() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    name = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), "")
    return f"{name or platform.processor()}, {torch.get_num_threads()} threads"


@pytest.mark.parametrize(
    ("draw", "frames"),
    [
        (numba, 16),
        (numba, 1),
        (numba_one_thread, 16),
        (numba_one_thread, 1),
        (reference.draw, 1),
    ],
)
@pytest.mark.parametrize("name", MESHES)
def test_rasterize_and_interpolate(
    benchmark: BenchmarkFixture,
    capsys: pytest.CaptureFixture[str],
    name: str,
    frames: int,
    draw: Callable[[Mesh, Tensor], Fragments],
) -> None:
    shape = MESHES[name]()
    inputs = itertools.cycle([moving(shape, frames, seed) for seed in range(4)])
    attributes = torch.rand(1, len(shape[0]), 3)
    rounds = 3 if draw is reference.draw else 50
    benchmark.pedantic(  # type: ignore[no-untyped-call]  # pytest-benchmark is typed in part
        lambda: draw(next(inputs), attributes), rounds=rounds, warmup_rounds=2
    )
    assert benchmark.stats is not None, "pytest was told not to measure"
    times = np.array(benchmark.stats.stats.data) / frames * 1e3
    part = f"{draw.__module__.split('.')[-1]}.{draw.__name__}"
    with capsys.disabled():
        print(f"\n{hardware()}: {name}, batch {frames}, {part}:")
        print(f"  {times.min():.3f} ms a frame at best, median {np.median(times):.3f}")
