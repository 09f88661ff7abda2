from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from visemix.core.errors import CheckpointError
from visemix.core.testing.samples import sample_subject
from visemix.plugins.rhythmic_head.position_map import PositionMap, affine

PERSON = sample_subject()


def test_a_folder_is_read(position_map_folder: Path) -> None:
    found = PositionMap.read(position_map_folder)
    assert found.size == 32
    assert found.face.shape == (400,) and found.landmarks.shape == (68,)
    assert found.triangles.shape == (2 * 19 * 19, 3)
    marks = np.loadtxt(position_map_folder / "uv_kpt_ind.txt")
    # Columns first, then rows; every landmark is on the face here.
    assert found.face[found.landmarks].tolist() == (marks[1] * 32 + marks[0]).tolist()


def test_what_it_sees_depends_on_the_picture(position_map_folder: Path) -> None:
    network = PositionMap.read(position_map_folder)
    landmarks = PERSON.track.landmarks
    first = network.look(PERSON.frames[0], landmarks[0])
    assert first.shape == (400, 3)
    assert float(first.min()) >= 0 and float(first.max()) <= 1.1 * 32
    assert torch.equal(first, network.look(PERSON.frames[0], landmarks[0]))
    assert not torch.equal(first, network.look(PERSON.frames[20], landmarks[20]))


def test_triangles_are_turned_outwards(position_map_folder: Path) -> None:
    network = PositionMap.read(position_map_folder)
    grid = torch.stack(torch.meshgrid(torch.arange(20.0), torch.arange(20.0), indexing="ij"), -1)
    flat = torch.nn.functional.pad(grid.flatten(0, 1), (0, 1))
    for vertices in (flat, flat * torch.tensor([-1.0, 1, 1])):
        a, b, c = vertices[network.facing(vertices).long()].unbind(1)
        assert float(torch.linalg.cross(b - a, c - a)[:, 2].min()) > 0


def test_the_affine_map_is_exact_where_there_is_one() -> None:
    source = torch.rand(68, 3)
    wanted = torch.rand(4, 3)
    target = torch.nn.functional.pad(source, (0, 1), value=1.0) @ wanted
    torch.testing.assert_close(affine(source, target), wanted, rtol=1e-4, atol=1e-4)


def test_a_flat_face_has_a_map_as_well() -> None:
    source = torch.rand(68, 3) * torch.tensor([1.0, 1.0, 0.0])
    assert bool(affine(source, torch.rand(68, 3)).isfinite().all())


def test_damaged_folders_are_refused(position_map_folder: Path) -> None:
    (position_map_folder / "triangles.txt").write_text("0 1 400\n")
    with pytest.raises(CheckpointError, match=r"triangles.txt: .* not from 0 to 399"):
        PositionMap.read(position_map_folder)
    (position_map_folder / "triangles.txt").write_text("one two three\n")
    with pytest.raises(CheckpointError, match=r"triangles.txt: .*no table of whole numbers"):
        PositionMap.read(position_map_folder)
    (position_map_folder / "face_ind.txt").unlink()
    with pytest.raises(CheckpointError, match=r"face_ind.txt"):
        PositionMap.read(position_map_folder)


def test_other_weights_are_refused(position_map_folder: Path) -> None:
    path = position_map_folder / "network.safetensors"
    weights = load_file(path)
    save_file(weights, path, {"size": "33"})
    with pytest.raises(CheckpointError, match="the size '33', not a multiple of 32"):
        PositionMap.read(position_map_folder)
    save_file({k: v for k, v in weights.items() if not k.startswith("up.")}, path)
    with pytest.raises(CheckpointError, match="do not fit"):
        PositionMap.read(position_map_folder)
    save_file({"other": torch.zeros(1)}, path)
    with pytest.raises(CheckpointError, match="not a position-map network's weights"):
        PositionMap.read(position_map_folder)
