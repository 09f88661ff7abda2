"""Launches of everything that goes from vertices to pixels."""

from collections.abc import Iterator

import attrs
import torch
from torch import Tensor

from visemix.plugins.rasterizer_cuda.groups import Group, groups_of
from visemix.plugins.rasterizer_cuda.launch import PER_THREAD, Argument, Launch, launcher_of, run
from visemix.plugins.rasterizer_cuda.scene import Scene

PAINTS = {
    torch.float32: "paint_real",
    torch.float64: "paint_real",
    torch.float16: "paint_half",
    torch.uint8: "paint_byte",
}


def rasterize(scene: Scene) -> tuple[Tensor, Tensor, Tensor]:
    """Triangle [T, H, W] int32, shares [T, 2, H, W] and depth [T, H, W] of every pixel."""
    like, size = scene.vertices, (scene.height, scene.width)
    triangle = like.new_empty(scene.frames, *size, dtype=torch.int32)
    shares, depth = like.new_empty(scene.frames, 2, *size), like.new_empty(scene.frames, *size)
    outputs = (triangle, shares, depth)
    run(_launches(scene, "resolve", "resolve", outputs), like.device)
    return outputs


@attrs.frozen(eq=False)
class Looks:
    """What a mesh is painted with, for the fused path.

    Attributes:
        paint: [1 or T, V, C], multiplied with the texture if there is one.
        uv: [V, 2], if there is a texture.
        texture: [C, h, w].
        masks: [1 or T, V, M].
        hard: make masks 0 or 1.
        clamp: keep the picture in [0, 1].
    """

    paint: Tensor
    uv: Tensor | None
    texture: Tensor | None
    masks: Tensor
    hard: bool
    clamp: bool

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """The part of PAINT in kernels/paint.cu that says how the mesh looks."""
        height, width = (0, 0) if self.texture is None else self.texture.shape[1:]
        return (
            self.paint, len(self.paint), self.paint.shape[2], self.uv, self.texture, height, width,
            self.masks, len(self.masks), self.masks.shape[2], int(self.hard), int(self.clamp),
        )  # fmt: skip


def draw(scene: Scene, looks: Looks, dtype: torch.dtype, keep: bool) -> tuple[Tensor, ...]:
    """The fused path.

    Returns:
        Picture [T, C, H, W], masks [T, M, H, W] and coverage [T, 1, H, W] of ``dtype``; then what
        ``rasterize`` makes, without pixels unless they are to be kept.
    """
    frames, size, like = scene.frames, (scene.height, scene.width), scene.vertices
    kept = size if keep else (0, 0)
    triangle = like.new_empty(frames, *kept, dtype=torch.int32)
    shares, depth = like.new_empty(frames, 2, *kept), like.new_empty(frames, *kept)
    channels = (looks.paint.shape[2], looks.masks.shape[2], 1)
    made = [like.new_empty(frames, count, *size, dtype=dtype) for count in channels]
    pixels = (triangle, shares, depth)
    arguments = (*looks.arguments, *(pixels if keep else (None, None, None)), *made)
    run(_launches(scene, PAINTS[dtype], PAINTS[dtype], arguments), like.device)
    return (*made, *pixels)


def _launches(
    scene: Scene, source: str, kernel: str, arguments: tuple[Argument, ...]
) -> Iterator[Launch]:
    """Every group drawn, then read by a kernel."""
    for group in groups_of(scene, launcher_of(scene.vertices.device)):
        yield from group.draw()
        yield _read(group, source, kernel, arguments)


def _read(group: Group, source: str, kernel: str, arguments: tuple[Argument, ...]) -> Launch:
    scene = group.scene
    everything = (*scene.arguments, *group.vertices_seen, *arguments)
    items = -(-scene.pixels // PER_THREAD)
    return Launch(source, kernel, everything, items, group.frames, scene.vertices.dtype)
