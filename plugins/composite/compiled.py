"""How every kernel here is compiled, and the array types in their signatures.

numba keeps compiled code on disk and compiles again when the kernel's own file changes, but not
when a file it imports does. So no kernel calls a kernel of another file.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Numbers = NDArray[np.floating[Any]]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile ``function`` on its first call; it runs without the GIL.

    Sums may be reordered: a level of colour does not depend on the last bit.
    """
    compile_it = numba.njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
    return cast(Function, compile_it(function))
