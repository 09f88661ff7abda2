"""Suggests the name that was probably meant."""

from collections.abc import Iterable


def advice(name: str, valid: Iterable[str]) -> str:
    """What to write instead of ``name``.

    >>> advice("fpss", ["size", "fps"])
    "did you mean 'fps'? Valid: fps, size"
    """
    from difflib import get_close_matches  # imported here: slow, and needed for errors only

    known = sorted(set(valid))
    if not known:
        return "there is none to choose from"
    near = get_close_matches(name.lower(), known, n=3, cutoff=0.55)
    guess = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    return f"{guess}{'Valid' if guess else 'valid'}: {', '.join(known)}"
