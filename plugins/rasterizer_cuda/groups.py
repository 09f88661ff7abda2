"""Frames are drawn in groups whose z-buffer stays in the GPU's cache."""

import attrs
import torch
from torch import Tensor

from visemix.plugins.rasterizer_cuda.launch import BLOCK, PER_THREAD, Arguments, Launch, Launcher
from visemix.plugins.rasterizer_cuda.scene import MOST_TRIANGLES, Scene

WORD_BYTES = 8
"""Of one pixel of the z-buffer."""

QUEUED = 1 << 22
"""Triangles of a group that the queue of large ones is made for: 32 MB."""

FEW_THREADS = 1 << 17
"""With fewer triangles than this a GPU is not full, so even small ones are shared out."""


@attrs.frozen(eq=False)
class Scratch:
    """Memory that the groups of a scene are drawn in, one after the other.

    Attributes:
        snapped: [frames, V, 2] int32, x and y in 1 / 2**14 px.
        away: [frames, V, 2] float32, 1 / w and depth.
        nearest: [frames, H, W] int64 words of depth and triangle.
        queue: [1 + triangles] int64, its head and its entries.
    """

    snapped: Tensor
    away: Tensor
    nearest: Tensor
    queue: Tensor

    @staticmethod
    def of(scene: Scene, frames: int) -> "Scratch":
        """For so many frames at once."""
        device, count = scene.vertices.device, scene.vertex_count
        words = 1 + frames * scene.triangle_count
        return Scratch(
            torch.empty(frames, count, 2, dtype=torch.int32, device=device),
            torch.empty(frames, count, 2, dtype=torch.float32, device=device),
            torch.empty(frames, scene.height, scene.width, dtype=torch.int64, device=device),
            torch.empty(words, dtype=torch.int64, device=device),
        )


@attrs.frozen(eq=False)
class Group:
    """Some frames of a batch.

    Attributes:
        scene: all frames.
        first, frames: which.
        seen: arguments of all kernels: the scene, the first frame, snapped vertices, their depths
            and the z-buffer.
        queue: arguments of those that draw: head and entries.
        warps: that the device holds at once.
    """

    scene: Scene
    first: int
    frames: int
    seen: Arguments
    queue: Arguments
    warps: int

    def draw(self) -> list[Launch]:
        """Fill the z-buffer."""
        scene, shared = self.scene, self.seen + self.queue
        items = max(scene.vertex_count, -(-scene.pixels // PER_THREAD))
        small = Arguments((small_px(self.frames * scene.triangle_count),), "i")
        return [
            self._launch("project_vertices", shared, items),
            self._launch("draw_small_triangles", shared + small, scene.triangle_count),
            self._launch("draw_large_triangles", shared, self._large_threads(), frames=1),
        ]

    def read(self, source: str, arguments: Arguments) -> Launch:
        """Start the kernel that a source is named after, on the z-buffer."""
        items = -(-self.scene.pixels // PER_THREAD)
        real = self.scene.vertices.dtype
        return Launch(source, source, self.seen + arguments, items, self.frames, real)

    def _large_threads(self) -> int:
        """A few blocks per multiprocessor; none if there is no triangle at all."""
        return max(32 * self.warps // 2, BLOCK) if self.scene.triangle_count else 0

    def _launch(
        self, kernel: str, arguments: Arguments, items: int, frames: int | None = None
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


def groups_of(scene: Scene, scratch: Scratch, launcher: Launcher) -> list[Group]:
    """The groups of a scene, to be drawn one after the other."""
    arguments, at_once = scene.arguments, max(scratch.nearest.shape[0], 1)
    planes = Arguments.of(scratch.snapped, scratch.away, scratch.nearest)
    queue = Arguments.of(scratch.queue, scratch.queue[1:])
    return [
        Group(scene, first, min(at_once, scene.frames - first),
              arguments + Arguments((first,), "i") + planes, queue, launcher.warps)
        for first in range(0, scene.frames, at_once)
    ]  # fmt: skip
