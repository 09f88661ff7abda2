"""How every kernel here is compiled, and the array types in their signatures.

numba keeps compiled code on disk and compiles again when the kernel's own file changes, but not
when a file it imports does. So no kernel calls a kernel of another file.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile ``function`` on its first call; it runs without the GIL.

    Division by zero gives infinity as in NumPy; raising instead would cost a branch per division.
    """
    compile_it = numba.njit(nogil=True, cache=True, error_model="numpy")
    return cast(Function, compile_it(function))


class View(NamedTuple):
    """How vertices become pixels.

    Attributes:
        matrix: [4, 4], to homogeneous pixels (x w, y w, depth, w): x right, y down, pixel centres
            at half integers, larger depth nearer.
        near: smallest w in front of the camera, above 0.
        cull: leave out triangles that turn their back (clockwise as the viewer sees them).
    """

    matrix: Floats
    near: float
    cull: bool


class Corners(NamedTuple):
    """Corners of a triangle in 1 / 2**14 px, x right, y down."""

    x0: int
    y0: int
    x1: int
    y1: int
    x2: int
    y2: int


class Planes(NamedTuple):
    """What one frame is drawn into: a whole picture, or a band of its rows.

    Attributes:
        triangle: [H, W], index of the triangle seen, -1 where there is none.
        share0, share1: [H, W], perspective-correct shares of its corners 0 and 1.
        depth: [H, W], -inf where there is none; larger is nearer.
        first_row: which row of the picture row 0 is.
    """

    triangle: Ints
    share0: Floats
    share1: Floats
    depth: Floats
    first_row: int
