"""Operators on vertices: normals, and light. The conventions are those of ``ops``."""

import torch
from torch import Tensor

from visemix.core.drawing.light import irradiance
from visemix.plugins.rasterizer_cuda import shading
from visemix.plugins.rasterizer_cuda.ops import Meshes, checked
from visemix.plugins.rasterizer_cuda.scene import (
    check_frames,
    check_like,
    check_tensor,
)


def normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Unit vertex normals: the sum of the adjacent triangles' normals, weighted by their areas.

    Args:
        vertices: [T, V, 3 or 4], y up; a fourth coordinate is not read.
        triangles: [F, 3] or [1 or T, F, 3] int32, 0 to V - 1. Those with a corner that is not
            finite are left out.

    Returns:
        [T, V, 3]; 0 for a vertex of no triangle with an area.

    Gradient:
        By the vertices.

    Source:
        Gouraud, Continuous Shading of Curved Surfaces, 1971, with areas as weights.

    Raises:
        InvalidValue: names the argument.
    """
    made: Tensor = shading.normals(vertices, _surface(vertices, triangles))
    return made


def light_vertices(
    vertices: Tensor, triangles: Tensor, light: Tensor, colors: Tensor | None = None
) -> Tensor:
    """Vertex colours in spherical-harmonic light; normals, light and colours in one go.

    Args:
        vertices: as for ``normals``.
        triangles: as for it.
        light: [27] or [1 or T, 27], nine coefficients of red, then green, then blue.
        colors: [V, 3] or [1 or T, V, 3]; None for white.

    Returns:
        [T, V, 3]; may be negative or above 1.

    Gradient:
        By vertices, light and colours; where one of them wants it the work is done by several
        operators, ``normals`` and torch's own.

    Source:
        Ramamoorthi and Hanrahan, An Efficient Representation for Irradiance Environment Maps, 2001,
        equation 12, with the constants of ``core.drawing.light``.

    Raises:
        InvalidValue: names the argument.
    """
    triangles = _surface(vertices, triangles)
    frames, count = vertices.shape[:2]
    light = light[None] if light.ndim == 1 else light
    check_tensor("light", light, "[1 or T, 27]", (None, 27))
    check_like("light", light, vertices)
    check_frames("light", len(light), frames)
    if colors is not None:
        colors = colors[None] if colors.ndim == 2 else colors
        check_tensor("colors", colors, f"[1 or T, {count}, 3]", (None, count, 3))
        check_like("colors", colors, vertices)
        check_frames("colors", len(colors), frames)
    if not wants_gradient(vertices, light, colors):
        made: Tensor = shading.light_vertices(vertices, triangles, light, colors)
        return made
    directions = shading.normals(vertices, triangles)
    lit = [irradiance(directions[t : t + 1] if len(light) > 1 else directions, one)
           for t, one in enumerate(light)]  # fmt: skip
    arriving = torch.cat(lit)
    return arriving if colors is None else arriving * colors


def wants_gradient(*tensors: Tensor | None) -> bool:
    """Whether autograd follows any of them."""
    return torch.is_grad_enabled() and any(x is not None and x.requires_grad for x in tensors)


def _surface(vertices: Tensor, triangles: Tensor) -> Tensor:
    """The triangles with a leading dimension.

    Raises:
        InvalidValue: names the argument that is wrong.
    """
    triangles = triangles[None] if triangles.ndim == 2 else triangles
    matrix = vertices.new_empty(1, 4, 4)
    checked(Meshes(vertices, triangles, matrix), (1, 1), 1.0)
    check_frames("triangles", len(triangles), len(vertices))
    return triangles
