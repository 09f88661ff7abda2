"""Checks the tensors of a value when it is made: type, dtype, shape, range.

A field says how it must look in its annotation, next to its name:

    landmarks: Annotated[Tensor, Array("T L 3", unit="px")]

Dimension names are shared by all fields of one value, so every field with a ``T`` has the same
number of frames. Messages are short and never print a tensor.
"""

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue


@attrs.frozen
class Array:
    """How one tensor field must look.

    Attributes:
        dims: names or sizes separated by blanks; ``T`` is time, in frames.
        dtype: the dtype it must have.
        low, high: inclusive range of its elements; None leaves that side open.
        unit: for the reader and the message.
    """

    dims: str
    dtype: torch.dtype = torch.float32
    low: float | None = None
    high: float | None = None
    unit: str = ""

    @property
    def timed(self) -> bool:
        """Whether the first dimension is time."""
        return self.dims.split()[:1] == ["T"]


@attrs.frozen(eq=False)
class Value:
    """Base of every value that passes between stages: checked once, when it is made."""

    def __attrs_post_init__(self) -> None:
        check(self)


_ARRAYS: dict[type, dict[str, Array]] = {}  # annotations do not change, reading them is slow


def arrays_of(kind: type) -> dict[str, Array]:
    """The tensor fields of a value class, by name."""
    if kind not in _ARRAYS:
        hints = get_type_hints(kind, include_extras=True)
        found = {name: _array_in(hint) for name, hint in hints.items()}
        _ARRAYS[kind] = {name: array for name, array in found.items() if array is not None}
    return _ARRAYS[kind]


def _array_in(hint: Any) -> Array | None:
    if get_origin(hint) is Annotated:
        return next((m for m in hint.__metadata__ if isinstance(m, Array)), None)
    if get_origin(hint) in (Union, UnionType):
        return next((a for a in map(_array_in, get_args(hint)) if a is not None), None)
    return None


def check(value: Value) -> None:
    """Compare every tensor of ``value`` with its declaration.

    Raises:
        InvalidValue: names the value, the field, what was expected and what was found.
    """
    sizes: dict[str, int] = {}
    for name, array in arrays_of(type(value)).items():
        tensor = getattr(value, name)
        if tensor is not None:
            _check_array(f"{type(value).__name__}.{name}", tensor, array, sizes)
    for field in attrs.fields(type(value)):
        inner = getattr(value, field.name)
        if isinstance(inner, Value) and "T" in sizes and frames_of(inner) is not None:
            if frames_of(inner) != sizes["T"]:
                where = f"{type(value).__name__}.{field.name}"
                raise InvalidValue(
                    f"expected {sizes['T']} frames, got {frames_of(inner)}", where=where
                )
        elif isinstance(inner, Value) and (count := frames_of(inner)) is not None:
            sizes.setdefault("T", count)


def frames_of(value: Value) -> int | None:
    """Number of frames of a value with a time axis, else None."""
    for name, array in arrays_of(type(value)).items():
        tensor = getattr(value, name)
        if tensor is not None and array.timed:
            return int(tensor.shape[0])
    for field in attrs.fields(type(value)):
        inner = getattr(value, field.name)
        if isinstance(inner, Value) and (count := frames_of(inner)) is not None:
            return count
    return None


def _check_array(where: str, tensor: object, array: Array, sizes: dict[str, int]) -> None:
    if not isinstance(tensor, Tensor):
        raise InvalidValue(f"expected a torch tensor, got {type(tensor).__name__}", where=where)
    if tensor.dtype != array.dtype:
        raise InvalidValue(f"expected {array.dtype}, got {tensor.dtype}", where=where)
    dims = array.dims.split()
    shape = tuple(tensor.shape)
    for dim, size in zip(dims, shape, strict=False):
        wanted = int(dim) if dim.isdigit() else sizes.setdefault(dim, size)
        if wanted != size:
            raise InvalidValue(_shape_message(array, sizes, shape), where=where)
    if len(dims) != len(shape):
        raise InvalidValue(_shape_message(array, sizes, shape), where=where)
    _check_range(where, tensor, array)


def _shape_message(array: Array, sizes: dict[str, int], shape: tuple[int, ...]) -> str:
    known = ", ".join(f"{k} = {v}" for k, v in sizes.items() if k in array.dims.split())
    return f"expected shape [{array.dims}]{f' with {known}' if known else ''}, got {list(shape)}"


def _check_range(where: str, tensor: Tensor, array: Array) -> None:
    if tensor.numel() == 0 or tensor.dtype in (torch.bool, torch.uint8):
        return
    low, high = (float(x) for x in torch.aminmax(tensor.detach()))
    if not (-float("inf") < low <= high < float("inf")):
        raise InvalidValue("it holds NaN or infinite numbers", where=where)
    too_low = array.low is not None and low < array.low
    too_high = array.high is not None and high > array.high
    if too_low or too_high:
        limits = f"[{array.low}, {array.high}] {array.unit}".rstrip()
        raise InvalidValue(
            f"expected numbers in {limits}, got {low:.4g} to {high:.4g}", where=where
        )


def positive(instance: object, attribute: "attrs.Attribute[Any]", value: float) -> None:
    """Attrs validator: a finite number above zero.

    Raises:
        InvalidValue: it is not.
    """
    if not 0 < value < float("inf"):
        where = f"{type(instance).__name__}.{attribute.name}"
        raise InvalidValue(f"expected a number above zero, got {value}", where=where)
