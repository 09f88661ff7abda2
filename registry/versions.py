"""Version ranges such as ">=0.1,<0.2" (numbers and dots; a pre-release counts as its release)."""

import operator
import re
from collections.abc import Callable

_OPERATORS: dict[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
_CLAUSE = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*(\d{1,9}(?:\.\d{1,9}){0,5})\s*")


def is_range(text: str) -> bool:
    """Whether ``text`` is a range that :func:`within` understands.

    >>> is_range(">=0.1, <0.2"), is_range("0.1"), is_range("")
    (True, False, False)
    """
    return all(_CLAUSE.fullmatch(clause) for clause in text.split(","))


def within(version: str, text: str) -> bool:
    """Whether ``version`` is in the range.

    >>> within("0.1.3", ">=0.1,<0.2"), within("0.2.0rc1", "<0.2"), within("1.0", "==1")
    (True, False, True)
    """
    clauses = [m.groups() for clause in text.split(",") if (m := _CLAUSE.fullmatch(clause))]
    have = _numbers(version)
    return all(_OPERATORS[sign](have, _numbers(number)) for sign, number in clauses)


def _numbers(version: str) -> tuple[int, ...]:
    release = re.match(r"\d+(\.\d+)*", version)
    numbers = [int(n) for n in release.group().split(".")] if release else [0]
    return tuple(numbers + [0] * (6 - len(numbers)))
