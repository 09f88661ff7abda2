"""Reading a Basel model file, and what is said of one that is not right."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.io import savemat

from visemix.core.errors import InvalidValue
from visemix.plugins.bfm.arrays import parse, read_bfm
from visemix.plugins.bfm.model import BfmFace
from visemix.plugins.bfm.synthetic import synthetic_arrays

Arrays = dict[str, NDArray[np.float32]]


@pytest.fixture
def arrays() -> Arrays:
    return synthetic_arrays(0)


def as_mat(file: Path, found: Arrays) -> Path:
    savemat(file.with_suffix(".mat"), found)
    return file.with_suffix(".mat")


def as_npz(file: Path, found: Arrays) -> Path:
    np.savez(file.with_suffix(".npz"), **found)  # type: ignore[arg-type]  # numpy's stub takes bool
    return file.with_suffix(".npz")


@pytest.mark.parametrize("write", [as_mat, as_npz])
def test_a_file_is_read(
    write: Callable[[Path, Arrays], Path], tmp_path: Path, arrays: Arrays
) -> None:
    found = read_bfm(write(tmp_path / "model", arrays))
    assert found.identity.shape == (80, 468, 3)
    assert found.expression.shape == (64, 468, 3)
    assert found.texture.shape == (80, 468, 3)
    assert found.mean.mean(0).abs().max() < 1e-6, "the mean shape is recentred"
    original = torch.from_numpy(arrays["meanshape"]).reshape(-1, 3)
    assert torch.allclose(found.mean + found.centre, original, atol=1e-6)
    assert int(found.triangles.min()) == 0
    assert found.keypoints[30] == int(arrays["keypoints"][0, 30]) - 1
    row = 5
    assert torch.equal(found.identity[3, row], torch.from_numpy(arrays["idBase"][3 * row :][:3, 3]))
    assert 0.5 < float(found.albedo.mean()) < 0.8, "colours of 0 to 255 become 0 to 1"


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("idBase", lambda a: a[:, :79], r"'idBase': expected \[1404, 80\], got \[1404, 79\]"),
        ("exBase", lambda a: a[3:], r"'exBase': expected \[1404, 64\]"),
        ("tri", lambda a: a - 1, "'tri': expected numbers from 1 to 468"),
        ("keypoints", lambda a: a[:, :51], "'keypoints': expected 68 numbers"),
        ("meantex", lambda a: a[:, 3:], "'meantex'"),
    ],
)
def test_an_array_of_another_shape_is_named(
    arrays: Arrays, name: str, change: Callable[[object], NDArray[np.float32]], said: str
) -> None:
    with pytest.raises(InvalidValue, match=said):
        parse({**arrays, name: change(arrays[name])}, "file.mat")


def test_a_missing_array_is_named(tmp_path: Path, arrays: Arrays) -> None:
    del arrays["texBase"]
    with pytest.raises(InvalidValue, match="no array 'texBase'"):
        read_bfm(as_npz(tmp_path / "x", arrays))


@pytest.mark.parametrize("name", ["model.mat", "model.npz"])
def test_something_else_is_no_model(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"no such thing, whatever its name says" * 10)
    with pytest.raises(InvalidValue, match="cannot be read") as caught:
        read_bfm(file)
    assert str(file) in str(caught.value)


def test_the_format_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "model.mat"
    file.write_bytes(b"MATLAB 7.3 MAT-file, Platform: GLNXA64" + bytes(200))
    with pytest.raises(InvalidValue, match=r"7\.3.*'-v7' or as an npz"):
        read_bfm(file)


def test_without_a_file_it_is_said_where_to_get_one_and_on_what_terms(tmp_path: Path) -> None:
    for model in ("", str(tmp_path / "none.mat")):
        with pytest.raises(InvalidValue, match=r"faces\.dmi\.unibas\.ch.*licence"):
            BfmFace(model=model)


def test_the_made_up_face_is_named_as_such(tmp_path: Path) -> None:
    assert BfmFace(model="synthetic").model.name == "bfm-synthetic"
    # A relative path in a recipe is made absolute before the part sees it.
    assert BfmFace(model=tmp_path / "synthetic").model.name == "bfm-synthetic"
