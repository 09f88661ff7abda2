"""DeepSpeech's 29 symbols, and how another recogniser's symbols become them."""

from collections.abc import Mapping

from visemix.core.errors import CheckpointError

SYMBOLS = (*" abcdefghijklmnopqrstuvwxyz'", "blank")
"""DeepSpeech 0.1: space is 0, a to z are 1 to 26, the apostrophe is 27, CTC's blank is 28."""

WAV2VEC2_SYMBOLS = ("<pad>", "<s>", "</s>", "<unk>", *"|ETAOINHSRDLUMWCFGYPBVK'XJQZ")
"""facebook/wav2vec2-base-960h: 32 symbols, ``|`` between words, ``<pad>`` as CTC's blank."""


def columns_of(vocabulary: Mapping[str, int], where: str) -> list[int]:
    """The column of another recogniser's output that means each of ``SYMBOLS``.

    The mapping is one to one: 26 letters (either case), the apostrophe, ``|`` for the space,
    ``<pad>`` for the blank. ``<s>``, ``</s>`` and ``<unk>``, which mean no sound, are left out.

    Args:
        vocabulary: symbol -> column.
        where: names the recogniser in the message.

    Raises:
        CheckpointError: it lacks one of the 29.

    >>> columns_of({s: i for i, s in enumerate(WAV2VEC2_SYMBOLS)}, "base-960h")[:3]
    [4, 7, 24]
    """
    known = {symbol.lower(): column for symbol, column in vocabulary.items()}
    names = ["|", *SYMBOLS[1:28], "<pad>"]
    missing = [name for name in names if name not in known]
    if missing:
        what = f"its alphabet has no {' '.join(missing)}"
        advice = "use an English CTC model such as facebook/wav2vec2-base-960h"
        raise CheckpointError(what, where=where, do=advice)
    return [known[name] for name in names]
