from pathlib import Path

import attrs
import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.core.fitting.landmarks_68 import landmarks_68
from visemix.core.fitting.sampling import sample_picture, visible
from visemix.core.fitting.surface import vertex_normals
from visemix.core.subjects.cropped import crop_picture
from visemix.core.testing.samples import sample_subject
from visemix.core.timeline import cut
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu
from visemix.plugins.rhythmic_head.frontal_mesh import FrontalMesh
from visemix.plugins.rhythmic_head.position_map import PositionMap
from visemix.plugins.rhythmic_head.unprojection import (
    SLANT,
    Frontal,
    MappedMesh,
    Unprojection,
    painted,
)

PERSON = sample_subject()


def test_a_position_map_s_mesh_lies_on_the_tracked_landmarks(position_map_folder: Path) -> None:
    model = FrontalMesh(mesh="position-map", position_map=position_map_folder)
    fit = model.fit(PERSON.track, PERSON.frames, RasterizerCpu())
    assert fit.neutral.shape == (400, 3)
    assert fit.colors is not None and fit.colors.shape == (400, 3)
    subject = attrs.evolve(PERSON, fit=fit)
    geometry = model.geometry(cut(fit.attributes, 0, 3), subject)
    assert geometry.triangles.shape == (722, 3) and geometry.uv is None
    assert geometry.masks.weights["eye_attention"].shape == (400,)
    # An untrained network's landmarks say nothing: least squares puts them around the middle.
    tracked = FrontalMesh(divisions=0).fit(PERSON.track)
    marks = fit.neutral[PositionMap.read(position_map_folder).landmarks]
    wanted = landmarks_68(torch.cat((tracked.neutral, torch.zeros(10, 3)))).mean(0)
    torch.testing.assert_close(marks.mean(0), wanted, rtol=0.1, atol=0.02)


def test_a_perfect_map_gives_the_landmarks_back(position_map_folder: Path) -> None:
    """Where the network's landmarks are an affine image of the true ones, the mesh hits them."""
    mesh = MappedMesh(position_map_folder)
    network = PositionMap.read(position_map_folder)
    seen = network.look(PERSON.frames[0], PERSON.track.landmarks[0])[network.landmarks]
    true = seen @ torch.tensor([[0.02, 0.0, 0.001], [0.0, -0.02, 0.0], [0.0, 0.003, 0.02]]) - 0.3
    unused = torch.zeros(478, 3)
    made = mesh.mesh(Frontal(0, unused, true, PERSON.track.landmarks[0]), PERSON.frames)
    torch.testing.assert_close(made[network.landmarks], true, rtol=1e-3, atol=1e-4)


def test_a_position_map_needs_pictures_and_a_folder(position_map_folder: Path) -> None:
    model = FrontalMesh(mesh="position-map", position_map=position_map_folder)
    with pytest.raises(InvalidValue, match="needs the reference's pictures"):
        model.fit(PERSON.track)
    with pytest.raises(InvalidValue, match="which folder has the network"):
        FrontalMesh(mesh="position-map")


def test_colours_of_hidden_vertices_come_from_their_neighbours() -> None:
    model = FrontalMesh(divisions=1)
    subject = attrs.evolve(PERSON, fit=model.fit(PERSON.track))
    still = cut(subject.fit.attributes, 0, 1)
    assert still.pose is not None
    aside = attrs.evolve(still.pose, rotation=torch.tensor([[0.0, 60.0, 0.0]]))
    geometry = model.geometry(attrs.evolve(still, pose=aside), subject)
    picture, crop, renderer = PERSON.frames[0], PERSON.track.crop, RasterizerCpu()
    colours = painted(geometry, picture, crop, renderer)
    upright = vertex_normals(geometry.vertices[0], geometry.triangles)[:, 2] > SLANT
    seen = visible(geometry, 0, renderer) & upright
    pixels = torch.tensor(crop_picture(picture, crop)).permute(2, 0, 1).float() / 255
    sampled = sample_picture(pixels, geometry.camera.project(geometry.vertices[0])[:, :2])
    torch.testing.assert_close(colours[seen], sampled[seen])
    assert 200 < int((~seen).sum()) < 1500
    assert float((colours[~seen] - sampled[~seen]).abs().mean()) > 0.02


def test_names_are_those_of_the_setting() -> None:
    assert type(Unprojection.named("tracked", Path(), 1)).__name__ == "TrackedMesh"
