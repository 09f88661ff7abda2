import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visemix.core.errors import DatasetError
from visemix.plugins.speech_features.safe_pickle import read_arrays


class Command:
    """What makes a pickle dangerous: loading it calls any function it names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_in_dictionaries_are_read_at_every_protocol(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "features.pkl"
    arrays = {"clip": {"a.wav": np.arange(12.0).reshape(3, 4)}, "fps": 30, "note": "äöü"}
    path.write_bytes(pickle.dumps(arrays, protocol=protocol))
    found = read_arrays(path)
    assert isinstance(found, dict)
    assert (found["clip"]["a.wav"] == arrays["clip"]["a.wav"]).all()  # type: ignore[index]  # test
    assert (found["fps"], found["note"]) == (30, "äöü")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_that_calls_a_function_is_refused_and_not_run(
    tmp_path: Path, protocol: int
) -> None:
    path, made = tmp_path / "features.pkl", tmp_path / "made"
    path.write_bytes(pickle.dumps({"x": Command(made)}, protocol=protocol))
    with pytest.raises(DatasetError, match=r"names \w+\.mkdir.*could run code"):
        read_arrays(path)
    assert not made.exists()
    pickle.loads(path.read_bytes())
    assert made.exists()  # it would have run


@pytest.mark.parametrize(
    "name",
    ["builtins.eval", "builtins.getattr", "os.system", "numpy.load", "numpy.core.multiarray.empty"],
)
def test_every_other_name_is_refused(tmp_path: Path, name: str) -> None:
    module, attribute = name.rsplit(".", 1)
    path = tmp_path / "features.pkl"
    path.write_bytes(f"c{module}\n{attribute}\n.".encode())
    with pytest.raises(DatasetError, match=f"it names {name}"):
        read_arrays(path)


def test_a_codec_may_not_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "features.pkl"
    path.write_bytes(b"c_codecs\nencode\n(Va\nVrot13\ntR.")
    with pytest.raises(DatasetError, match="bytes stored as 'rot13'"):
        read_arrays(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="there is no such file"):
        read_arrays(tmp_path / "none.pkl")


GOOD = pickle.dumps({"x": np.ones((2, 3))}, protocol=3)


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255), cut=st.booleans())
def test_damaged_bytes_give_data_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int, cut: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.pkl"
    path.write_bytes(GOOD[:at] if cut else GOOD[:at] + bytes([byte]) + GOOD[at + 1 :])
    try:
        read_arrays(path)
    except DatasetError as error:
        assert "not a pickle of numpy arrays only" in str(error)
