"""Numbers on the command line, refused at once where they mean nothing."""

import argparse
import math

MAX_SEED = 2**63 - 1


def seed(text: str) -> int:
    """A seed: 0 to 2^63 - 1, what a lock can hold.

    >>> seed("7")
    7
    """
    return _whole(text, MAX_SEED)


def face_number(text: str) -> int:
    """A face of a picture: 0 for the leftmost."""
    return _whole(text, 999)


def count(text: str) -> int:
    """How many: 1 to 999.

    >>> count("2")
    2
    """
    number = _whole(text, 999)
    if number == 0:
        raise argparse.ArgumentTypeError("expected at least 1")
    return number


def seconds(text: str) -> float:
    """A length of time above zero.

    >>> seconds("2.5")
    2.5
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"expected seconds above 0, got {text!r}")
    return value


def _whole(text: str, high: int) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= high):
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 to {high}, got {text!r}")
    return int(text)
