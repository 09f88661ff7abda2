"""Cuts, joins and stretches values along their time axis."""

from collections.abc import Callable, Sequence
from typing import TypeGuard, TypeVar

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.shapes import Value, arrays_of, frames_of

V = TypeVar("V", bound=Value)


def length(value: Value) -> int:
    """Number of frames of ``value``.

    Raises:
        InvalidValue: it has no time axis.
    """
    count = frames_of(value)
    if count is None:
        raise InvalidValue("it has no time axis", where=type(value).__name__)
    return count


def cut(value: V, start: int, stop: int) -> V:
    """Frames ``start`` to ``stop`` (exclusive); indices outside repeat the first or last frame."""
    index = torch.arange(start, stop).clamp(0, max(length(value) - 1, 0))
    if start >= 0 and stop <= length(value):
        return _map_time(value, lambda x: x[start:stop])
    return pick(value, index)


def pick(value: V, index: Tensor) -> V:
    """The frames at ``index`` [N] int64, in that order."""
    return _map_time(value, lambda x: x[index.to(x.device)])


def join(parts: Sequence[V]) -> V:
    """Values one after the other in time. What has no time axis is taken from the first."""
    if len(parts) == 1:
        return parts[0]
    changes: dict[str, object] = {}
    first = parts[0]
    for name, array in arrays_of(type(first)).items():
        if array.timed and getattr(first, name) is not None:
            changes[name] = torch.cat([getattr(p, name) for p in parts])
    for field in attrs.fields(type(first)):
        inner = getattr(first, field.name)
        if isinstance(inner, Value) and frames_of(inner) is not None:
            changes[field.name] = join([getattr(p, field.name) for p in parts])
        elif _is_timed_mapping(inner):
            names = list(inner)
            changes[field.name] = {
                name: torch.cat([getattr(p, field.name)[name] for p in parts]) for name in names
            }
    return attrs.evolve(first, **changes)


def _map_time(value: V, change: Callable[[Tensor], Tensor]) -> V:
    changes: dict[str, object] = {}
    for name, array in arrays_of(type(value)).items():
        tensor = getattr(value, name)
        if array.timed and tensor is not None:
            changes[name] = change(tensor)
    for field in attrs.fields(type(value)):
        inner = getattr(value, field.name)
        if isinstance(inner, Value) and frames_of(inner) is not None:
            changes[field.name] = _map_time(inner, change)
        elif _is_timed_mapping(inner):
            changes[field.name] = {key: change(item) for key, item in inner.items()}
    return attrs.evolve(value, **changes)


def _is_timed_mapping(inner: object) -> TypeGuard[dict[str, Tensor]]:
    return (
        isinstance(inner, dict)
        and bool(inner)
        and all(isinstance(v, Tensor) for v in inner.values())
    )
