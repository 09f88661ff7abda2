"""Launches of everything that goes from vertices to pixels."""

import attrs
import torch
from torch import Tensor

from visemix.plugins.rasterizer_cuda.groups import Scratch, frames_at_once, groups_of
from visemix.plugins.rasterizer_cuda.launch import Arguments, launcher_of, run
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
    _read(scene, "resolve", Arguments.of(triangle, shares, depth))
    return triangle, shares, depth


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
    def arguments(self) -> Arguments:
        """The part of PAINT in kernels/paint.cu that says how the mesh looks."""
        height, width = (0, 0) if self.texture is None else self.texture.shape[1:]
        return Arguments.of(
            self.paint, self.paint.shape[0], self.paint.shape[2],
            self.uv, self.texture, height, width,
            self.masks, self.masks.shape[0], self.masks.shape[2], int(self.hard), int(self.clamp),
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
    outputs = Arguments.of(*(pixels if keep else (None, None, None)), *made)
    _read(scene, PAINTS[dtype], looks.arguments + outputs)
    return (*made, *pixels)


def _read(scene: Scene, source: str, outputs: Arguments) -> None:
    """Draw every group, then start the kernel that a source is named after on it."""
    device = scene.vertices.device
    launcher = launcher_of(device)
    scratch = Scratch.of(scene, frames_at_once(scene, launcher.cache_bytes))
    for group in groups_of(scene, scratch, launcher):
        run([*group.draw(), group.read(source, outputs)], device)
