"""The operators of the rasterizer: from vertices to pictures, differentiable.

Conventions of all of them:

- Tensors lie contiguously on one CUDA device. Vertices, matrix, attributes, shares, textures and
  gradients have one dtype, float32, or float64 for ``gradcheck``.
- T frames are drawn at once. A tensor with one frame serves all of them.
- Picture coordinates are px, x right, y down, pixel centres at half integers; a matrix takes
  vertices to homogeneous pixels (x w, y w, depth, w), larger depth is nearer.
- Nothing waits for the device, but when a set of triangles is first seen its indices are checked.
- Gradients are sums in a fixed order, so the same input gives the same bits again.
- Wrong arguments are an ``InvalidValue`` that names the argument; too little memory is a
  ``VisemixError``.
"""

from typing import NamedTuple

from torch import Tensor

from visemix.plugins.rasterizer_cuda import gradients, mixing, rasterizing
from visemix.plugins.rasterizer_cuda.scene import (
    check_frames,
    check_like,
    check_meshes,
    check_tensor,
)


class Meshes(NamedTuple):
    """What is drawn, and from where.

    Attributes:
        vertices: [1 or T, V, 3 or 4] float32 or float64, any values; a missing fourth coordinate is
            1. Triangles with a vertex that is not finite are not drawn.
        triangles: [F, 3] or [1 or T, F, 3] int32, 0 to V - 1; fronts are counter-clockwise.
        matrix: [4, 4] or [1 or T, 4, 4], vertices to homogeneous pixels.
    """

    vertices: Tensor
    triangles: Tensor
    matrix: Tensor


class Pixels(NamedTuple):
    """What every pixel shows.

    Attributes:
        triangle: [T, H, W] int32 index of the triangle, -1 where there is none.
        shares: [T, 2, H, W], perspective-correct shares of its corners 0 and 1; 0 where there is
            none. Corner 2 has the rest. In [0, 1] (float64: up to rounding at the edges).
        depth: [T, H, W], larger is nearer; -inf where there is none.
        meshes: what was drawn, detached; all with a leading dimension.
        near: smallest w that was drawn.
    """

    triangle: Tensor
    shares: Tensor
    depth: Tensor
    meshes: Meshes
    near: float


def rasterize(
    meshes: Meshes, size: tuple[int, int], *, near: float = 1e-6, cull: bool = False
) -> Pixels:
    """The nearest triangle of every pixel.

    A pixel belongs to a triangle that covers its centre; a centre on an edge to the triangle for
    which it is a top or left edge, of vertices snapped to 1 / 2**14 px, so that neighbours neither
    leave gaps nor overlap. Of equal depths the triangle with the lower index stays. Triangles
    without an area, and those that name a vertex that does not exist, are not drawn. Triangles that
    reach behind ``near`` or more than 2**15 px off the origin are clipped.

    Args:
        meshes: V and F may be 0.
        size: height and width of the pictures, 1 to 16,384 px.
        near: smallest w that is drawn, above 0.
        cull: leave out triangles that turn their back.

    Returns:
        Pixels, on the device of the vertices; shares and depth have their dtype.

    Gradient:
        Of shares and depth by vertices and matrix, with the triangle of each pixel held fixed.

    Source:
        Olano and Greer, Triangle Scan Conversion using 2D Homogeneous Coordinates, 1997, for the
        shares, clipped triangles and the gradient (equation 10).

    Raises:
        InvalidValue: names the argument.
    """
    meshes = checked(meshes, size, near)
    vertices, triangles, matrix = meshes
    made = rasterizing.rasterize(vertices, matrix, triangles, list(size), near, cull)
    kept = Meshes(vertices.detach(), triangles, matrix.detach())
    triangle, shares, depth = made
    return Pixels(triangle, shares, depth, kept, near)


def interpolate(pixels: Pixels, attributes: Tensor) -> Tensor:
    """Vertex attributes mixed by the shares of each pixel's triangle.

    Args:
        pixels: made by ``rasterize``.
        attributes: [V, C] or [1 or T, V, C], any values, the dtype of the shares; C may be 0.

    Returns:
        [T, C, H, W], 0 where there is no triangle.

    Gradient:
        By the shares, and so by vertices and matrix, and by the attributes.

    Raises:
        InvalidValue: names the argument.
    """
    vertices, triangles, matrix = pixels.meshes
    attributes = attributes[None] if attributes.ndim == 2 else attributes
    count = vertices.shape[1]
    check_tensor("attributes", attributes, f"[1 or T, {count}, C]", (None, count, None))
    check_like("attributes", attributes, vertices)
    check_frames("attributes", len(attributes), len(pixels.triangle))
    scene = [vertices, matrix, triangles]
    seen = (pixels.triangle, pixels.shares)
    made: Tensor = mixing.interpolate(*seen, attributes, scene, pixels.near)
    return made


def checked(meshes: Meshes, size: tuple[int, int], near: float) -> Meshes:
    """The meshes with a leading dimension on each tensor.

    Raises:
        InvalidValue: names the argument that is wrong.
    """
    vertices, triangles, matrix = meshes
    triangles = triangles[None] if triangles.ndim == 2 else triangles
    matrix = matrix[None] if matrix.ndim == 2 else matrix
    check_meshes(vertices, matrix, triangles, size, near)
    return Meshes(vertices, triangles, matrix)


def homogeneous(pixels: Pixels) -> Tensor:
    """[T, V, 4], the vertices of the pixels' meshes in homogeneous pixels (x w, y w, depth, w)."""
    vertices, _, matrix = pixels.meshes
    return gradients.homogeneous(vertices) @ matrix.mT
