"""Frames are drawn in groups whose z-buffer stays in the GPU's cache."""

import attrs
import torch
from torch import Tensor

from visemix.plugins.rasterizer_cuda.launch import BLOCK, PER_THREAD, Argument, Launch, Launcher
from visemix.plugins.rasterizer_cuda.scene import MOST_TRIANGLES, Scene

WORD_BYTES = 8
"""Of one pixel of the z-buffer."""

QUEUED = 1 << 22
"""Triangles of a group that the queue of large ones is made for: 32 MB."""

FEW_THREADS = 1 << 17
"""With fewer triangles than this a GPU is not full, so even small ones are shared out."""


@attrs.frozen(eq=False)
class Group:
    """Some frames of a batch, and the scratch memory they are drawn in.

    Attributes:
        scene: all frames.
        first, frames: which.
        snapped: [2, frames, V, 2] int32: x, y in 1 / 2**14 px; 1 / w, depth as float32 bits.
        nearest: [frames, H, W] int64 words of depth and triangle.
        queue: [1 + triangles] int64, its head and its entries.
        warps: that the device holds at once.
    """

    scene: Scene
    first: int
    frames: int
    snapped: Tensor
    nearest: Tensor
    queue: Tensor
    warps: int

    @property
    def vertices_seen(self) -> tuple[Argument, ...]:
        """First frame, snapped vertices, their depths and the z-buffer."""
        return self.first, self.snapped[0], self.snapped[1], self.nearest

    def draw(self) -> list[Launch]:
        """Fill the z-buffer."""
        scene = self.scene
        shared = (*scene.arguments, *self.vertices_seen, self.queue[0:], self.queue[1:])
        items = max(scene.vertex_count, -(-scene.pixels // PER_THREAD))
        small = small_px(self.frames * scene.triangle_count)
        return [
            self._launch("project_vertices", shared, items),
            self._launch("draw_small_triangles", (*shared, small), scene.triangle_count),
            self._launch("draw_large_triangles", shared, self._large_threads(), frames=1),
        ]

    def _large_threads(self) -> int:
        """A few blocks per multiprocessor; none if there is no triangle at all."""
        return max(32 * self.warps // 2, BLOCK) if self.scene.triangle_count else 0

    def _launch(
        self, kernel: str, arguments: tuple[Argument, ...], items: int, frames: int | None = None
    ) -> Launch:
        frames = self.frames if frames is None else frames
        return Launch("rasterize", kernel, arguments, items, frames, self.scene.vertices.dtype)


def small_px(threads: int) -> int:
    """Largest box, in pixels, that one thread draws alone, given the threads of the launch."""
    return 16 if threads < FEW_THREADS else 64


def frames_at_once(scene: Scene, cache_bytes: int) -> int:
    """How many frames a group has: half the cache for the z-buffer, or one frame."""
    by_cache = cache_bytes // 2 // (WORD_BYTES * scene.pixels)
    by_queue = min(QUEUED, MOST_TRIANGLES) // max(scene.triangle_count, 1)
    most = max(1, min(by_cache, by_queue, scene.frames))
    groups = -(-scene.frames // most)
    return -(-scene.frames // max(groups, 1))  # of about the same size


def groups_of(scene: Scene, launcher: Launcher) -> list[Group]:
    """The groups of a scene; all share scratch memory, so they are drawn one after the other."""
    at_once = frames_at_once(scene, launcher.cache_bytes)
    device = scene.vertices.device
    snapped = torch.empty(2, at_once, scene.vertex_count, 2, dtype=torch.int32, device=device)
    nearest = torch.empty(at_once, scene.height, scene.width, dtype=torch.int64, device=device)
    queue = torch.empty(1 + at_once * scene.triangle_count, dtype=torch.int64, device=device)
    return [
        Group(scene, first, min(at_once, scene.frames - first), snapped, nearest, queue,
              launcher.warps)
        for first in range(0, scene.frames, max(at_once, 1))
    ]  # fmt: skip
