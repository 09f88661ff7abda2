"""How frames are dealt into groups, and large triangles into chunks."""

from typing import Any

import pytest
import torch

from visemix.core.drawing.mesh import LARGEST_PX
from visemix.plugins.rasterizer_cuda.groups import QUEUED, frames_at_once, small_px
from visemix.plugins.rasterizer_cuda.launch import BLOCK, PER_THREAD
from visemix.plugins.rasterizer_cuda.ops import Meshes, rasterize
from visemix.plugins.rasterizer_cuda.scene import MOST_TRIANGLES, Scene
from visemix.plugins.rasterizer_cuda.sources import source_of


def scene(frames: int, triangles: int, size: int) -> Scene:
    vertices = torch.empty(frames, 3, 3, device="meta")
    index = torch.empty(1, triangles, 3, dtype=torch.int32, device="meta")
    return Scene(vertices, torch.empty(1, 4, 4), index, size, size, 1e-6, False)


@pytest.mark.parametrize(
    ("frames", "triangles", "size", "expected"),
    [
        (64, 70_789, 512, 11),  # six groups whose z-buffers take less than half of 50 MB
        (64, 70_789, 256, 32),
        (1, 898, 512, 1),
        (3, 898, 4096, 1),  # one frame is more than the cache; it is drawn all the same
        (64, QUEUED, 16, 1),
        (0, 898, 512, 0),
    ],
)
def test_frames_at_once(frames: int, triangles: int, size: int, expected: int) -> None:
    assert frames_at_once(scene(frames, triangles, size), 50 << 20) == expected


def test_few_triangles_are_shared_out_sooner() -> None:
    assert small_px(898) < small_px(64 * 70_789)


def test_numbers_that_kernels_and_python_share() -> None:
    text = source_of("rasterize") + source_of("resolve")
    assert f"#define BLOCK {BLOCK} " in text
    assert f"#define PER_THREAD {PER_THREAD} " in text
    assert "#define CHUNK_BITS 38 " in text
    assert MOST_TRIANGLES == 1 << (64 - 38)
    tiles = (LARGEST_PX // 16) ** 2
    assert min(tiles, 4096) * MOST_TRIANGLES <= 1 << 38


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("warps", [1, 4, 1000])
def test_any_number_of_warps_draws_all_of_the_queue(warps: int, host: Any) -> None:
    generator = torch.Generator().manual_seed(0)
    vertices = torch.rand(2, 60, 3, generator=generator) * 120 - 20
    vertices[:, 0] = 1e6  # one triangle is clipped
    meshes = Meshes(vertices, torch.arange(60, dtype=torch.int32).reshape(-1, 3), torch.eye(4))
    usual = rasterize(meshes, (70, 90)).triangle
    assert (usual >= 0).float().mean() > 0.5
    host.warps = warps
    assert torch.equal(rasterize(meshes, (70, 90)).triangle, usual)


@pytest.mark.usefixtures("host")
def test_a_triangle_of_more_tiles_than_warps_may_share() -> None:
    corners = torch.tensor([[[-1.0, -1, 0], [2400, -1, 0], [-1, 2400, 0]]])
    meshes = Meshes(corners, torch.tensor([[0, 1, 2]], dtype=torch.int32), torch.eye(4))
    assert (1100 // 16) ** 2 > 4096
    assert not rasterize(meshes, (1100, 1100)).triangle.any()
