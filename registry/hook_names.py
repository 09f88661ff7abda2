"""Kind of part -> the hook that offers parts of that kind (core/hooks.py)."""

from visemix.core.contracts import KINDS

HOOKS = {kind: f"visemix_{kind}s" for kind in KINDS}


def hook_of(kind: str) -> str:
    """The hook that offers parts of a kind.

    >>> hook_of("audio_encoder")
    'visemix_audio_encoders'
    """
    return HOOKS[kind]
