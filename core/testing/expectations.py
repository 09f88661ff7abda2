"""How the checks say what a part does not do."""

from collections.abc import Mapping

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Value
from visemix.core.timeline import length


class Nonconforming(AssertionError):
    """A part does not do what its interface or its contract promises."""


def expect(holds: bool, what: str) -> None:
    """Say ``what`` the part does wrong, unless it ``holds``.

    Raises:
        Nonconforming: it does not hold.
    """
    if not holds:
        raise Nonconforming(what)


def expect_frames(value: Value, frames: int, what: str) -> None:
    """``value`` must have that many frames.

    Raises:
        Nonconforming: it has more or fewer.
    """
    found = length(value)
    expect(found == frames, f"{what} must give {frames} frames, it gave {found}")


def expect_same(first: Value, second: Value, what: str) -> None:
    """Two values must be equal, number by number.

    Raises:
        Nonconforming: names the first field that differs.
    """
    field = difference(first, second)
    expect(not field, f"{what}, but {type(first).__name__}.{field} differs")


def difference(first: object, second: object) -> str:
    """Path of the first field in which two values differ, empty if they are equal.

    >>> from visemix.core.values.audio import Audio
    >>> difference(Audio(torch.zeros(3), 16000), Audio(torch.ones(3), 16000))
    'samples'
    """
    if isinstance(first, Value) and type(first) is type(second):
        names = [field.name for field in attrs.fields(type(first))]
        return _difference_in({n: (getattr(first, n), getattr(second, n)) for n in names})
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        if first.keys() != second.keys():
            return "its names"
        return _difference_in({str(n): (first[n], second[n]) for n in first})
    if isinstance(first, Tensor) and isinstance(second, Tensor):
        return "" if torch.equal(first, second) else "its numbers"
    return "" if first is second or first == second else "its value"


def _difference_in(pairs: Mapping[str, tuple[object, object]]) -> str:
    for name, (first, second) in pairs.items():
        if inside := difference(first, second):
            return name if inside.startswith("its ") else f"{name}.{inside}"
    return ""
