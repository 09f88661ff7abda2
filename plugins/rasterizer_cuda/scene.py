"""What is drawn, as the kernels want it."""

from collections.abc import Sequence
from functools import cached_property

import attrs
import torch
from torch import Tensor

from visemix.core.drawing.mesh import LARGEST_PX
from visemix.core.errors import InvalidValue
from visemix.plugins.rasterizer_cuda.launch import Arguments

MOST_TRIANGLES = 1 << 26
"""Numbers that an entry of the queue of large triangles can hold (kernels/queue.cuh)."""


@attrs.frozen(eq=False)
class Scene:
    """Meshes in front of cameras; a tensor with one frame serves all frames.

    Attributes:
        vertices: [1 or T, V, 3 or 4] float32 or float64.
        matrix: [1 or T, 4, 4], same dtype, vertices to homogeneous pixels (x w, y w, depth, w).
        triangles: [1 or T, F, 3] int32.
        height, width: of the pictures, px.
        near: smallest w that is drawn.
        cull: leave out triangles that turn their back.
        points: [T, V, 4], the vertices in homogeneous pixels, if they are known already.
    """

    vertices: Tensor
    matrix: Tensor
    triangles: Tensor
    height: int
    width: int
    near: float
    cull: bool
    points: Tensor | None = None

    @staticmethod
    def of(
        tensors: Sequence[Tensor], size: Sequence[int], near: float, *, cull: bool = False
    ) -> "Scene":
        """The scene of [vertices, matrix, triangles]."""
        vertices, matrix, triangles = tensors
        height, width = size
        return Scene(vertices, matrix, triangles, height, width, near, cull)

    @cached_property
    def frames(self) -> int:
        """T."""
        return frames_of(self.vertices, self.matrix, self.triangles)

    @property
    def vertex_count(self) -> int:
        """V."""
        return int(self.vertices.shape[1])

    @property
    def triangle_count(self) -> int:
        """F."""
        return int(self.triangles.shape[1])

    @property
    def pixels(self) -> int:
        """Of one picture."""
        return self.height * self.width

    @property
    def arguments(self) -> Arguments:
        """The SCENE of kernels/scene.cuh."""
        return Arguments.of(
            self.vertices, self.vertices.shape[0], self.vertex_count, self.vertices.shape[2],
            self.matrix, self.matrix.shape[0], self.triangles, self.triangles.shape[0],
            self.triangle_count, self.height, self.width, self.near, int(self.cull),
            self.points,
        )  # fmt: skip


def check_meshes(
    vertices: Tensor, matrix: Tensor, triangles: Tensor, size: Sequence[int], near: float
) -> None:
    """Compare shapes, types and devices, without waiting for the device.

    Raises:
        InvalidValue: names the argument that does not fit.
    """
    check_tensor("vertices", vertices, "[1 or T, V, 3 or 4]", (None, None, (3, 4)))
    check_tensor("matrix", matrix, "[1 or T, 4, 4]", (None, 4, 4))
    check_tensor("triangles", triangles, "[1 or T, F, 3]", (None, None, 3))
    floats = (torch.float32, torch.float64)
    need(vertices.dtype in floats, "vertices", f"float32 or float64, got {vertices.dtype}")
    need(triangles.dtype == torch.int32, "triangles", f"int32, got {triangles.dtype}")
    check_like("matrix", matrix, vertices)
    check_device("triangles", triangles, vertices)
    frames = frames_of(vertices, matrix, triangles)
    for name, tensor in (("vertices", vertices), ("matrix", matrix), ("triangles", triangles)):
        check_frames(name, tensor.shape[0], frames)
    for name, pixels in zip(("height", "width"), size, strict=True):
        need(0 < pixels <= LARGEST_PX, name, f"1 to {LARGEST_PX}, got {pixels}")
    need(0 < near < float("inf"), "near", f"a number above 0, got {near}")
    need(triangles.shape[1] < MOST_TRIANGLES, "triangles", f"fewer than {MOST_TRIANGLES}")


def frames_of(*tensors: Tensor) -> int:
    """T of tensors that have one frame, or T; 0 if one has none."""
    counts = [x.shape[0] for x in tensors]  # many times as quick as len()
    return 0 if 0 in counts else max(counts)


def need(fine: bool, name: str, expected: str) -> None:
    """Refuse an argument.

    Raises:
        InvalidValue: it is not ``fine``.
    """
    if not fine:
        raise InvalidValue(f"expected {expected}", where=name)


Wanted = int | tuple[int, ...] | None


def check_tensor(name: str, tensor: Tensor, shown: str, shape: tuple[Wanted, ...]) -> None:
    """Compare the shape of a tensor; None stands for any size.

    Raises:
        InvalidValue: it is no tensor, has another shape or is not contiguous.
    """
    if not isinstance(tensor, Tensor):
        raise InvalidValue(f"expected a tensor, got {type(tensor).__name__}", where=name)
    found = tuple(tensor.shape)
    fine = len(found) == len(shape) and all(map(_fits, found, shape))
    need(fine, name, f"{shown}, got {list(found)}")
    if not tensor.is_contiguous():
        do = f"pass {name}.contiguous()"
        raise InvalidValue("it is not contiguous in memory", where=name, do=do)


def _fits(size: int, wanted: Wanted) -> bool:
    return wanted is None or size == wanted or (isinstance(wanted, tuple) and size in wanted)


def check_frames(name: str, found: int, frames: int) -> None:
    """Compare a number of frames.

    Raises:
        InvalidValue: it is neither 1 nor ``frames``.
    """
    need(found in (1, frames), name, f"1 frame or {frames}, got {found}")


def check_like(name: str, tensor: Tensor, like: Tensor) -> None:
    """Compare device and dtype with those of the vertices.

    Raises:
        InvalidValue: one is another.
    """
    check_device(name, tensor, like)
    need(tensor.dtype == like.dtype, name, f"{like.dtype} as the vertices, got {tensor.dtype}")


def check_device(name: str, tensor: Tensor, like: Tensor) -> None:
    """Compare the device with that of the vertices.

    Raises:
        InvalidValue: it is another.
    """
    need(tensor.device == like.device, name, f"it on {like.device}, got {tensor.device}")
