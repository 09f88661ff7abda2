"""The operator that makes whole pictures in one go. The conventions are those of ``ops``."""

from typing import NamedTuple

import torch
from torch import Tensor

from visemix.plugins.rasterizer_cuda import painting
from visemix.plugins.rasterizer_cuda.ops import Meshes, checked, interpolate, rasterize
from visemix.plugins.rasterizer_cuda.picture_ops import texture
from visemix.plugins.rasterizer_cuda.scene import (
    check_frames,
    check_like,
    check_tensor,
    frames_of,
    need,
)
from visemix.plugins.rasterizer_cuda.vertex_ops import wants_gradient


class Paint(NamedTuple):
    """What the fused path paints a mesh with.

    Attributes:
        color: [V, C] or [1 or T, V, C]: colours in light, made by ``light_vertices``; light alone
            if there is a texture; or any attributes. C may be 0.
        masks: [V, M] or [1 or T, V, M], more attributes; None for none.
        texture: [C, h, w] in [0, 1], multiplied with the colours; None for none.
        uv: [V, 2] texture coordinates, u right and v down, needed with a texture.
    """

    color: Tensor
    masks: Tensor | None = None
    texture: Tensor | None = None
    uv: Tensor | None = None


class How(NamedTuple):
    """How the fused path writes its pictures.

    Attributes:
        near: smallest w that is drawn, above 0.
        cull: leave out triangles that turn their back.
        hard_masks: make masks 0 or 1 (from 0.5 on).
        clamp: keep the picture in [0, 1].
        keep_pixels: write triangle, shares and depth too.
        dtype: of picture, masks and coverage: that of the vertices, torch.float16, or torch.uint8,
            which holds 0 to 1 as 0 to 255, rounded and cut off.
    """

    near: float = 1e-6
    cull: bool = False
    hard_masks: bool = False
    clamp: bool = True
    keep_pixels: bool = False
    dtype: torch.dtype = torch.float32


class Painted(NamedTuple):
    """What the fused path makes; H = W = 0 for pixels that are not kept.

    Attributes:
        picture: [T, C, H, W], 0 where there is no triangle.
        masks: [T, M, H, W], the same.
        coverage: [T, 1, H, W], 1 where there is a triangle, else 0.
        triangle: [T, H, W] int32, -1 where there is none.
        shares: [T, 2, H, W], 0 where there is none.
        depth: [T, H, W], -inf where there is none.
    """

    picture: Tensor
    masks: Tensor
    coverage: Tensor
    triangle: Tensor
    shares: Tensor
    depth: Tensor


def draw(meshes: Meshes, size: tuple[int, int], paint: Paint, how: How | None = None) -> Painted:
    """Rasterise, interpolate, texture, mask and write pictures, with no intermediate in memory.

    What it shows is what ``ops.rasterize`` finds, mixed as by ``ops.interpolate``.

    Args:
        meshes: V and F may be 0.
        size: height and width, 1 to 16,384 px.
        paint: what to show; its tensors have the dtype of the vertices.
        how: settings; None for the defaults.

    Returns:
        Painted; triangle, shares and depth as ``ops.rasterize`` makes them.

    Gradient:
        Of picture, masks, shares and depth by vertices, matrix, colours, masks, texture and uv,
        unless the pictures are uint8; in one go too. But if there is a texture, more than eight
        colours and masks, or float16 pictures, the work is then done by ``ops.rasterize``,
        ``ops.interpolate`` and ``picture_ops.texture``, which show the same. Where a gradient is
        wanted the pixels are kept.

    Source:
        As ``ops.rasterize``.

    Raises:
        InvalidValue: names the argument.
    """
    how = how or How()
    meshes = checked(meshes, size, how.near)
    frames = frames_of(*meshes)
    vertices, triangles, matrix = meshes
    color = _attributes("color", paint.color, vertices, frames)
    masks = paint.masks
    masks = color[:1, :, :0].contiguous() if masks is None else masks
    masks = _attributes("masks", masks, vertices, frames)
    _check_texture(paint, color.shape[2], vertices)
    dtypes = (vertices.dtype, torch.float16, torch.uint8)
    need(how.dtype in dtypes, "dtype", f"one of {dtypes}, got {how.dtype}")
    paint = Paint(color, masks, paint.texture, paint.uv)
    if how.dtype != torch.uint8 and wants_gradient(vertices, matrix, *paint):
        channels = color.shape[2] + masks.shape[2]
        fused = paint.texture is None and channels <= painting.MOST_CHANNELS
        if not fused or how.dtype != vertices.dtype:
            return _in_steps(meshes, size, paint, how)
        how = how._replace(keep_pixels=True)
    flags = [how.cull, how.hard_masks, how.clamp, how.keep_pixels]
    made = painting.draw(
        vertices, matrix, triangles, list(size), how.near, color, paint.texture, paint.uv, masks,
        how.dtype, flags,
    )  # fmt: skip
    return Painted(*made)


def _in_steps(meshes: Meshes, size: tuple[int, int], paint: Paint, how: How) -> Painted:
    """The same by operators that have gradients."""
    pixels = rasterize(meshes, size, near=how.near, cull=how.cull)
    picture = interpolate(pixels, paint.color)
    seen = (pixels.triangle >= 0)[:, None]
    if paint.texture is not None and paint.uv is not None:
        picture = picture * texture(paint.texture[None], interpolate(pixels, paint.uv))
    picture = picture.clamp(0, 1) if how.clamp else picture
    masks = interpolate(pixels, paint.masks if paint.masks is not None else paint.color[..., :0])
    masks = (masks >= 0.5).to(masks) if how.hard_masks else masks
    made = (picture.to(how.dtype), masks.to(how.dtype), seen.to(how.dtype))
    return Painted(*made, pixels.triangle, pixels.shares, pixels.depth)


def _attributes(name: str, given: Tensor, vertices: Tensor, frames: int) -> Tensor:
    given = given[None] if given.ndim == 2 else given
    count = vertices.shape[1]
    check_tensor(name, given, f"[1 or T, {count}, C]", (None, count, None))
    check_like(name, given, vertices)
    check_frames(name, given.shape[0], frames)
    return given


def _check_texture(paint: Paint, channels: int, vertices: Tensor) -> None:
    if paint.texture is None:
        return
    shape = f"[{channels}, h, w]"
    check_tensor("texture", paint.texture, shape, (channels, None, None))
    check_like("texture", paint.texture, vertices)
    need(paint.texture.numel() > 0, "texture", "at least one texel")
    need(paint.uv is not None, "uv", "texture coordinates, as there is a texture")
    if paint.uv is not None:
        check_tensor("uv", paint.uv, f"[{vertices.shape[1]}, 2]", (vertices.shape[1], 2))
        check_like("uv", paint.uv, vertices)
