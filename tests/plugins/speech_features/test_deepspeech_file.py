import pickle
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
import torch

from visemix.core.errors import DatasetError
from visemix.plugins.speech_features.deepspeech_file import read_windows

PUBLISHED = Path("../shared/reference/facial/obama2.pkl")


def rows(count: int = 20) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    return np.random.default_rng(0).normal(size=(count, 29))


def test_rows_become_windows_k_minus_8_to_k_plus_7(tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", rows())
    made = read_windows(tmp_path / "rows.npy")
    assert made.shape == (20, 16, 29)
    padded = np.concatenate([np.zeros((8, 29)), rows(), np.zeros((8, 29))])
    for k in range(20):
        np.testing.assert_allclose(made[k], padded[k : k + 16], rtol=1e-6)


def test_every_format_gives_the_same_windows(tmp_path: Path) -> None:
    windows = np.random.default_rng(1).normal(size=(5, 16, 29))
    np.save(tmp_path / "a.npy", windows)
    np.savez(tmp_path / "a.npz", windows=windows, fps=np.array(30))
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"dir": {"a.wav": windows}}))
    for name in ("a.npy", "a.npz", "a.pkl"):
        assert torch.equal(read_windows(tmp_path / name), torch.from_numpy(windows).float())


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((4, 16, 28)), r"got \[4, 16, 28\] float64"),
        (np.zeros((0, 29)), r"got \[0, 29\]"),
        (np.zeros((4, 29), np.int64), "int64"),
        (np.full((4, 29), np.nan), "NaN"),
        (np.array([None]), "cannot be read"),
    ],
)
def test_other_arrays_are_refused(tmp_path: Path, array: object, message: str) -> None:
    np.save(tmp_path / "a.npy", np.asarray(array))
    with pytest.raises(DatasetError, match=message):
        read_windows(tmp_path / "a.npy")


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.pkl"])
@pytest.mark.parametrize("content", [b"", b"hello", b"\x93NUMPY\x01\x00", b"PK\x03\x04broken"])
def test_damaged_files_are_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError, match=name):
        read_windows(tmp_path / name)


@pytest.mark.parametrize("name", ["none.npy", "none.pkl"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatasetError, match="there is no such file"):
        read_windows(tmp_path / name)


def test_other_formats_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"come as \.npy, \.npz or \.pkl"):
        read_windows(tmp_path / "a.csv")


@pytest.mark.skipif(not PUBLISHED.exists(), reason=f"{PUBLISHED} is not here")
def test_published_windows_are_read_and_spell_what_is_said() -> None:
    windows = read_windows(PUBLISHED)
    assert windows.shape == (731, 16, 29)
    assert not bool(windows[0, :8].any())  # eight rows of zeros before the clip
    assert torch.equal(windows[1:, 7], windows[:-1, 8])
    best = [symbol for symbol, _ in groupby(windows[:, 8].argmax(-1).tolist())]
    text = "".join(" abcdefghijklmnopqrstuvwxyz'"[s] for s in best if s != 28)
    assert "everyday life" in text
    assert "competition is goo" in text
