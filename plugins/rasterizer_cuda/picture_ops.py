"""Operators on what was rasterised: antialiasing and textures. Conventions: see ``ops``."""

import torch
from torch import Tensor

from visemix.core.drawing.texture import mip_levels
from visemix.plugins.rasterizer_cuda import smoothing, texturing
from visemix.plugins.rasterizer_cuda.ops import Meshes, Pixels
from visemix.plugins.rasterizer_cuda.scene import (
    check_device,
    check_frames,
    check_like,
    check_tensor,
    need,
)


def antialias(picture: Tensor, pixels: Pixels, meshes: Meshes) -> Tensor:
    """Blend pixels across silhouettes, which gives a picture a gradient by where the mesh ends.

    Args:
        picture: [T, C, H, W], any values, the dtype of the vertices.
        pixels: made by ``ops.rasterize``; triangle and depth are read.
        meshes: what was drawn. Unlike ``pixels.meshes`` it is not detached.

    Returns:
        [T, C, H, W]. Where silhouettes meet in a pixel it may leave the picture's range by as much
        as that is wide.

    Gradient:
        By the picture and, through where silhouettes cross, by vertices and matrix. Which pixels,
        triangles and edges meet is held fixed.

    Source:
        Laine et al., Modular Primitives for High-Performance Differentiable Rendering, 2020,
        section 3.5; the rules are those of ``core.drawing.antialias``.

    Raises:
        InvalidValue: names the argument.
    """
    frames, height, width = pixels.triangle.shape
    shape = f"[{frames}, C, {height}, {width}]"
    check_tensor("picture", picture, shape, (frames, None, height, width))
    check_like("picture", picture, meshes.vertices)
    triangles = meshes.triangles[None] if meshes.triangles.ndim == 2 else meshes.triangles
    matrix = meshes.matrix[None] if meshes.matrix.ndim == 2 else meshes.matrix
    seen = [pixels.triangle, pixels.depth.detach()]
    found = smoothing.crossings(meshes.vertices, matrix, triangles, seen, pixels.near)
    made: Tensor = smoothing.blend(picture, found)
    return made


def texture(picture: Tensor, uv: Tensor, level: Tensor | None = None) -> Tensor:
    """Texture lookup, bilinear or, with a level, trilinear; outside of [0, 1] the border goes on.

    Args:
        picture: [1 or T, C, h, w], any values; texel centres at half integers.
        uv: [T, 2, H, W] of its dtype, u right and v down, 0 to 1 over the picture.
        level: [T, H, W] of its dtype, which mip level to use: 0 is the picture itself, 1 half its
            size (means of 2 x 2, a last odd row or column dropped), and between two levels both are
            mixed. Cut off at 0 and at the last level, one texel; NaN is 0. None: 0 everywhere.

    Returns:
        [T, C, H, W].

    Gradient:
        By picture and uv; by uv it is 0 where the border goes on. None by level. That by the
        picture is summed in 64-bit whole numbers, the steepest slope taking 62 bits less those of
        the number of pixels: finer than float32, and the same every time.

    Source:
        Williams, Pyramidal Parametrics, 1983, for the levels.

    Raises:
        InvalidValue: names the argument.
    """
    check_tensor("picture", picture, "[1 or T, C, h, w]", (None, None, None, None))
    need(picture.numel() > 0, "picture", "at least one texel")
    need(picture.dtype in (torch.float32, torch.float64), "picture",
         f"float32 or float64, got {picture.dtype}")  # fmt: skip
    check_tensor("uv", uv, "[T, 2, H, W]", (None, 2, None, None))
    need(uv.dtype == picture.dtype, "uv", f"{picture.dtype} as the picture, got {uv.dtype}")
    check_device("uv", uv, picture)
    check_frames("picture", len(picture), len(uv))
    size = (*picture.shape[2:], 1)
    made: Tensor
    if level is None:
        made = texturing.texture(picture.flatten(2), uv, None, size)
        return made
    frames, _, height, width = uv.shape
    check_tensor("level", level, f"[{frames}, {height}, {width}]", (frames, height, width))
    need(level.dtype == picture.dtype, "level", f"{picture.dtype}, got {level.dtype}")
    check_device("level", level, picture)
    levels = mip_levels(picture)
    pyramid = torch.cat([one.flatten(2) for one in levels], 2)
    size = (*picture.shape[2:], len(levels))
    made = texturing.texture(pyramid, uv, level.detach(), size)
    return made


def mip_level(pixels: Pixels, uv: Tensor, size: tuple[int, int]) -> Tensor:
    """Which mip level shows one texel per pixel, for ``texture``.

    Args:
        pixels: made by ``ops.rasterize``; triangle is read.
        uv: [V, 2] texture coordinates, the dtype of the vertices.
        size: height and width of the texture.

    Returns:
        [T, H, W] of the vertices' dtype; 0 where there is no triangle, negative where a texel is
        larger than a pixel.

    Gradient:
        None.

    Source:
        OpenGL 4.6, section 8.14.1: the longer of the steps, in texels, from a pixel to the next in
        its row and in its column, here by the exact derivatives of the triangle.

    Raises:
        InvalidValue: names the argument.
    """
    vertices, triangles, matrix = pixels.meshes
    count = vertices.shape[1]
    check_tensor("uv", uv, f"[{count}, 2]", (count, 2))
    check_like("uv", uv, vertices)
    scene = [vertices, matrix, triangles]
    seen = (pixels.triangle, scene, pixels.near)
    made: Tensor = texturing.texture_levels(*seen, uv.detach(), list(size))
    return made
