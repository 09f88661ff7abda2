import string

import pytest

from visemix.core.errors import CheckpointError
from visemix.plugins.speech_features.deepspeech_alphabet import (
    SYMBOLS,
    WAV2VEC2_SYMBOLS,
    columns_of,
)


def test_the_29_symbols_are_deepspeechs() -> None:
    assert "".join(SYMBOLS[:28]) == " " + string.ascii_lowercase + "'"
    assert SYMBOLS[28] == "blank"


def test_the_32_map_one_to_one_onto_the_29() -> None:
    assert len(WAV2VEC2_SYMBOLS) == 32
    columns = columns_of({s: i for i, s in enumerate(WAV2VEC2_SYMBOLS)}, "base-960h")
    assert len(set(columns)) == 29
    back = [WAV2VEC2_SYMBOLS[column] for column in columns]
    assert back == ["|", *string.ascii_uppercase, "'", "<pad>"]
    assert {WAV2VEC2_SYMBOLS[i] for i in set(range(32)) - set(columns)} == {"<s>", "</s>", "<unk>"}


def test_another_order_and_case_is_followed() -> None:
    vocabulary = {s.lower(): 31 - i for i, s in enumerate(WAV2VEC2_SYMBOLS)}
    columns = columns_of(vocabulary, "other")
    assert columns[0] == 31 - WAV2VEC2_SYMBOLS.index("|")
    assert columns[26] == 31 - WAV2VEC2_SYMBOLS.index("Z")


def test_an_alphabet_without_a_letter_is_refused() -> None:
    vocabulary = {s: i for i, s in enumerate(WAV2VEC2_SYMBOLS) if s not in "QZ"}
    with pytest.raises(CheckpointError, match="its alphabet has no q z"):
        columns_of(vocabulary, "other")
