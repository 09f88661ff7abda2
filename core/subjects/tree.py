"""Takes any value apart into tensors and plain JSON, and puts it together again."""

import enum
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.shapes import Value

V = TypeVar("V", bound=Value)

Plain = str | int | float | bool | None | list[Any] | dict[str, Any]


def take_apart(value: Value, prefix: str) -> tuple[dict[str, Tensor], dict[str, Plain]]:
    """Tensors by dotted name ("track.crop.matrix"), and everything else as a JSON object.

    Raises:
        InvalidValue: a field holds something that neither can hold.
    """
    tensors: dict[str, Tensor] = {}
    plain: dict[str, Plain] = {}
    for field in attrs.fields(type(value)):
        item, name = getattr(value, field.name), f"{prefix}.{field.name}"
        if isinstance(item, Tensor):
            # A copy: two names of the same memory cannot be stored.
            tensors[name] = item.detach().cpu().contiguous().clone()
        elif isinstance(item, Value):
            inner, plain[field.name] = take_apart(item, name)
            tensors |= inner
        elif isinstance(item, enum.Enum):
            plain[field.name] = item.value
        elif item is None or isinstance(item, str | int | float | bool):
            plain[field.name] = item
        else:
            raise InvalidValue(f"a {type(item).__name__} cannot be stored", where=name)
    return tensors, plain


def put_together(
    kind: type[V], tensors: Mapping[str, Tensor], plain: Mapping[str, Any], prefix: str
) -> V:
    """The value that was taken apart.

    Raises:
        InvalidValue: a field is missing, unknown, or not what it must be.
    """
    fields = get_type_hints(kind, include_extras=True)
    names = [field.name for field in attrs.fields(kind)]
    unknown = sorted(set(plain) - set(names))
    if unknown:
        raise InvalidValue(f"{unknown[0]!r} is not known", where=prefix)
    found = {}
    for name in names:
        found[name] = _item(fields[name], name, tensors, plain, prefix)
    return kind(**found)


def _item(
    hint: Any, name: str, tensors: Mapping[str, Tensor], plain: Mapping[str, Any], prefix: str
) -> object:
    place = f"{prefix}.{name}"
    if place in tensors:
        return tensors[place]
    if name not in plain:
        raise InvalidValue("it is missing", where=place)
    item = plain[name]
    kind = _class_of(hint)
    if item is None:
        return None
    if issubclass(kind, Value):
        if not isinstance(item, Mapping):
            raise InvalidValue(f"expected an object, got {item!r}", where=place)
        return put_together(kind, tensors, item, place)
    if issubclass(kind, enum.Enum):
        return _member(kind, item, place)
    if kind is float and isinstance(item, int) and not isinstance(item, bool):
        return float(item)
    if not isinstance(item, kind) or (isinstance(item, bool) and kind is not bool):
        raise InvalidValue(f"expected {kind.__name__}, got {item!r}", where=place)
    return item


def _member(kind: type[enum.Enum], item: object, place: str) -> enum.Enum:
    try:
        return kind(item)
    except ValueError:
        known = ", ".join(str(member.value) for member in kind)
        raise InvalidValue(f"expected one of {known}, got {item!r}", where=place) from None


def _class_of(hint: Any) -> type:
    """The class in ``X``, ``X | None`` or ``Annotated[X, ...]``."""
    if get_origin(hint) is Annotated:
        return _class_of(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        return next(_class_of(part) for part in get_args(hint) if part is not type(None))
    return hint if isinstance(hint, type) else object
