"""Launches of gradients: sums over the pixels of the triangles around each vertex."""

import attrs
from torch import Tensor

from visemix.plugins.rasterizer_cuda.launch import PER_THREAD, Argument, Arguments, Launch, run
from visemix.plugins.rasterizer_cuda.scene import Scene
from visemix.plugins.rasterizer_cuda.topology import TOPOLOGIES

ENOUGH_THREADS = 1 << 18
"""Threads that fill the largest GPUs."""


def slices_of(scene: Scene) -> int:
    """How many threads share the rows of one vertex's triangles: more where vertices are few."""
    vertices = max(scene.frames * scene.vertex_count, 1)
    return max(1, min(ENOUGH_THREADS // vertices, scene.height))


def points_from_pixels(scene: Scene, shown: Tensor, by_shares: Tensor, by_depth: Tensor) -> Tensor:
    """Gradient [T, V, 4] by the vertices in homogeneous pixels, given those by shares and depth."""
    inputs = (shown, by_shares, by_depth)
    made = gather(scene, ("rasterize_backward", "gather_points"), (), inputs, 4)
    return made.sum(1) if made.shape[1] > 1 else made[:, 0].clone()


def attributes_from_pixels(
    scene: Scene, shown: Tensor, shares: Tensor, by_values: Tensor, frames: int
) -> Tensor:
    """Gradient [frames, V, C] by the attributes, given that by the mixed ones [T, C, H, W]."""
    channels = by_values.shape[1]
    inputs = (shown, shares, by_values, channels)
    made = gather(scene, ("attributes_backward", "gather_attributes"), (), inputs, channels)
    total = made.sum((0, 1) if frames == 1 else 1)
    return total.reshape(frames, scene.vertex_count, channels)


def posed(scene: Scene) -> Scene:
    """The scene with its vertices in homogeneous pixels, for kernels that often need them."""
    like = scene.vertices
    points = like.new_empty(scene.frames, scene.vertex_count, 4)
    arguments = scene.arguments + Arguments.of(points)
    count, frames = scene.vertex_count, scene.frames
    run([Launch("points", "project_points", arguments, count, frames, like.dtype)], like.device)
    return attrs.evolve(scene, points=points)


def gather(
    scene: Scene,
    kernel: tuple[str, str],
    before: tuple[Argument, ...],
    after: tuple[Argument, ...],
    channels: int,
) -> Tensor:
    """[T, slices, V, channels], summed around each vertex per slice of the rows.

    Args:
        scene: what was drawn.
        kernel: source and name.
        before: its arguments between the scene and the ring.
        after: its arguments between the ring and the number of slices.
        channels: how many numbers it makes of each vertex.
    """
    scene = scene if scene.points is not None else posed(scene)
    ring = TOPOLOGIES.of(scene.triangles, scene.vertex_count).ring
    slices, like = slices_of(scene), scene.vertices
    made = like.new_empty(scene.frames, slices, scene.vertex_count, channels)
    rest = Arguments.of(*before, ring.start, ring.corners, *after, slices, made)
    arguments = scene.arguments + rest
    launch = Launch(*kernel, arguments, scene.vertex_count * slices, scene.frames, like.dtype)
    run([launch], like.device)
    return made


Pixels = tuple[Tensor, Tensor, Tensor]
"""Triangles [1 or T, F, 3], triangle seen [T, H, W] and shares [T, 2, H, W]."""


def mix(pixels: Pixels, attributes: Tensor) -> Tensor:
    """[T, C, H, W], attributes [1 or T, V, C] mixed by the shares."""
    return _per_pixel(pixels, attributes, "interpolate", (), attributes.shape[2])


def shares_from_values(pixels: Pixels, attributes: Tensor, by_values: Tensor) -> Tensor:
    """Gradient [T, 2, H, W] by the shares, given that by the mixed attributes."""
    return _per_pixel(pixels, attributes, "interpolate_by_shares", (by_values,), 2)


def _per_pixel(
    pixels: Pixels, attributes: Tensor, kernel: str, inputs: tuple[Tensor, ...], channels: int
) -> Tensor:
    triangles, shown, shares = pixels
    frames, height, width = shown.shape
    made = shares.new_empty(frames, channels, height, width)
    arguments = Arguments.of(
        triangles, len(triangles), triangles.shape[1], attributes.shape[1], shown, shares,
        height * width, attributes, len(attributes), attributes.shape[2], *inputs, made,
    )  # fmt: skip
    items = -(-height * width // PER_THREAD)
    launch = Launch("interpolate", kernel, arguments, items if channels else 0, frames, made.dtype)
    run([launch], shown.device)
    return made
