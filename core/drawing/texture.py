"""Pictures wrapped over a mesh."""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh
from visemix.core.errors import MediaError

TINIEST = 2.0**-30
"""Texels per pixel below which nothing changes any more; keeps the logarithm finite."""


def sample(texture: Tensor, uv: Tensor, level: Tensor | None = None) -> Tensor:
    """Texture lookup, bilinear or, with a level, trilinear; outside of [0, 1] the border goes on.

    Args:
        texture: [1 or T, C, h, w], of any floating dtype; texel centres at half integers.
        uv: [T, 2, H, W] of that dtype, u right and v down, 0 to 1 over the picture.
        level: [T, H, W], which mip level to use: 0 is the texture itself, 1 half its size, and
            between two levels both are mixed. Cut off at the last level, where a texel is the mean
            of all; NaN is 0. None: the texture itself everywhere.

    Returns:
        [T, C, H, W]. Differentiable by texture and uv; not by level.
    """
    grid = uv.permute(0, 2, 3, 1) * 2 - 1
    if level is None:
        return _bilinear(texture, grid)
    levels = mip_levels(texture)
    level = level.detach().nan_to_num(0.0).clamp(0, len(levels) - 1)[:, None].to(texture.dtype)
    mixed = torch.zeros_like(uv[:, :1])
    for number, picture in enumerate(levels):
        share = (1 - (level - number).abs()).clamp_min(0)
        if share.any():
            mixed = mixed + share * _bilinear(picture, grid)
    return mixed


def mip_levels(texture: Tensor) -> list[Tensor]:
    """The texture at its own size, half of it and so on, until it is one texel.

    Args:
        texture: [T, C, h, w].

    Returns:
        [T, C, h', w'] each; a texel is the mean of 2 x 2 of the level before (of 2 along a side of
        1), a last odd row or column is dropped.
    """
    levels = [texture]
    while max(levels[-1].shape[2:]) > 1:
        height, width = levels[-1].shape[2:]
        levels.append(torch.nn.functional.avg_pool2d(levels[-1], (min(height, 2), min(width, 2))))
    return levels


@torch.no_grad()
def mip_level(fragments: Fragments, mesh: Mesh, uv: Tensor, size: tuple[int, int]) -> Tensor:
    """Which mip level shows one texel per pixel, for ``sample``.

    The logarithm to base 2 of the longer of the steps, in texels, from a pixel to the next in its
    row and in its column (OpenGL 4.6, section 8.14.1), by the exact derivatives of the triangle.

    Args:
        fragments: where the triangles are seen: ``triangle`` is read.
        mesh: what was drawn.
        uv: [V, 2] texture coordinates.
        size: height and width of the texture.

    Returns:
        [T, H, W] of the vertices' dtype, without gradient; 0 where there is no triangle. Negative
        where a texel is larger than a pixel.
    """
    frame, row, column = (fragments.triangle >= 0).nonzero(as_tuple=True)
    corners = mesh.triangles.long()[fragments.triangle[frame, row, column].long()]
    points = mesh.homogeneous()[frame[:, None], corners][..., [0, 1, 3]]
    lines = torch.linalg.cross(points[:, [1, 2, 0]], points[:, [2, 0, 1]])
    pixel = torch.stack((column + 0.5, row + 0.5, torch.ones_like(row)), -1).to(points)
    edges = (lines * pixel[:, None]).sum(-1)
    texels = (uv.to(points) * points.new_tensor((size[1], size[0])))[corners]
    total = edges.sum(-1)[:, None, None]
    here = (edges[..., None] * texels).sum(1, keepdim=True) / total
    # By row and column of the share-weighted texels: [N, 2 directions, 2 coordinates].
    steps = lines[..., :2].transpose(1, 2) @ (texels - here) / total
    level = points.new_zeros(fragments.triangle.shape)
    longest = steps.norm(dim=-1).amax(-1)
    return level.index_put((frame, row, column), longest.clamp_min(TINIEST).log2())


def _bilinear(texture: Tensor, grid: Tensor) -> Tensor:
    return torch.nn.functional.grid_sample(
        texture.expand(len(grid), -1, -1, -1), grid, padding_mode="border", align_corners=False
    )


def read_texture(path: Path) -> Tensor:
    """A picture file as [3, h, w] float32 RGB in [0, 1].

    Raises:
        MediaError: it is missing or no picture.
    """
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as e:
        raise MediaError("the texture cannot be read", where=path, do="check the path") from e
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if data.size else None
    if picture is None:
        raise MediaError("the texture is not a picture", where=path, do="use a PNG or JPEG file")
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1) / 255
