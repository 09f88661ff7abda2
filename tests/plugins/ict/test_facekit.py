"""Reading a FaceKit folder and an npz of it, and what is said of other things."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from visemix.core.errors import InvalidValue
from visemix.plugins.ict import facekit
from visemix.plugins.ict.expressions import EXPRESSIONS
from visemix.plugins.ict.facekit import POINTS_68, read_facekit
from visemix.plugins.ict.model import IctFace

Arrays = dict[str, NDArray[np.float32]]


def write_obj(file: Path, vertices: NDArray[np.float32]) -> None:
    """As FaceKit writes one: comments, vertices (more than the face), texture, faces."""
    rows = "".join(f"v {x:.3f} {y:.3f} {z:.3f}\n" for x, y, z in vertices)
    file.write_text(f"# a comment\nmtllib x.mtl\n{rows}v 1 2 3\nvt 0.5 0.5\nf 1/1 2/1 3/1 4/1\n")


@pytest.fixture(autouse=True)
def few_vertices(arrays: Arrays, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of 9,409 vertices take seconds to write and to read."""
    monkeypatch.setattr(facekit, "FACE_AREA", len(arrays["neutral"]))


@pytest.fixture(scope="module")
def folder(arrays: Arrays, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("kit") / "FaceXModel"
    made.mkdir()
    write_obj(made / "generic_neutral_mesh.obj", arrays["neutral"])
    for name, moved in zip(EXPRESSIONS, arrays["exp"], strict=True):
        write_obj(made / f"{name}.obj", arrays["neutral"] + moved)
    for k, moved in enumerate(arrays["idn"]):
        write_obj(made / f"identity{k:03d}.obj", arrays["neutral"] + moved)
    return made.parent


def write_npz(file: Path, arrays: Arrays) -> Path:
    np.savez(file, neutral=arrays["neutral"], exp=arrays["exp"], idn=arrays["idn"])
    return file


def test_a_folder_and_an_npz_of_it_are_the_same(
    folder: Path, arrays: Arrays, tmp_path: Path
) -> None:
    first = read_facekit(folder)
    assert torch.equal(first.neutral, read_facekit(folder / "FaceXModel").neutral)
    second = read_facekit(write_npz(tmp_path / "kit.npz", arrays))
    for name in ("neutral", "expression", "identity"):
        assert torch.allclose(getattr(first, name), getattr(second, name), atol=2e-6)
    assert first.expression.shape == (57, len(arrays["neutral"]), 3)
    wanted = torch.from_numpy(arrays["neutral"]) / 10
    assert torch.allclose(first.neutral, wanted), "centimetres become decimetres"


def test_only_the_first_forty_identities_are_read(arrays: Arrays, tmp_path: Path) -> None:
    many = np.repeat(arrays["idn"][:1], 41, 0)
    assert len(read_facekit(write_npz(tmp_path / "x.npz", {**arrays, "idn": many})).identity) == 40


def test_what_is_missing_is_named(folder: Path, tmp_path: Path, arrays: Arrays) -> None:
    missing = folder / "FaceXModel" / "jawOpen.obj"
    kept = missing.read_text()
    try:
        missing.unlink()
        with pytest.raises(InvalidValue, match="No such file") as caught:
            read_facekit(folder)
        assert "jawOpen.obj" in str(caught.value)
        missing.write_text("v 1 2 3\n")
        with pytest.raises(InvalidValue, match="90 vertices or more, got 1"):
            read_facekit(folder)
        missing.write_text("v one 2 3\n")
        with pytest.raises(InvalidValue, match="no row of numbers"):
            read_facekit(folder)
    finally:
        missing.write_text(kept)
    with pytest.raises(InvalidValue, match="no npz of a FaceKit"):
        np.savez(tmp_path / "x.npz", neutral=arrays["neutral"])
        read_facekit(tmp_path / "x.npz")
    with pytest.raises(InvalidValue, match="of shapes"):
        read_facekit(write_npz(tmp_path / "y.npz", {**arrays, "exp": arrays["exp"][:5]}))


def test_without_one_it_is_said_where_to_get_it(tmp_path: Path) -> None:
    for model in ("", str(tmp_path / "none")):
        with pytest.raises(InvalidValue, match=r"MIT licence.*ICT-VGL/ICT-FaceKit"):
            IctFace(model=model)


def test_the_documented_points_are_vertices() -> None:
    assert len(POINTS_68) == len(set(POINTS_68)) == 68
    assert max(POINTS_68) < 9409
