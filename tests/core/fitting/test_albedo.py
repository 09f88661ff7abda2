"""Albedo that was painted on a head comes back from its picture."""

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.drawing.light import irradiance
from visemix.core.errors import InvalidValue
from visemix.core.fitting.albedo import (
    albedo_named,
    calmest,
    low_frequency,
    sampled_look,
    spread_to_unseen,
)
from visemix.core.fitting.surface import vertex_normals
from visemix.core.testing.head import sample_head
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.camera import Camera, Projection
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Picture
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu

SIZE = 200


def painted() -> FaceGeometry:
    """The sample head with lips, brows and skin, lit from one side."""
    head = sample_head()
    colors = torch.tensor([0.75, 0.55, 0.45]).repeat(len(head.vertices), 1)
    colors[[0, 13, 14, 17, 37, 267, 84, 314]] = torch.tensor([0.6, 0.25, 0.25])
    light = torch.zeros(27)
    light[[0, 9, 18]] = 0.15
    light[[2, 11, 20]] = 0.1
    light[[3, 12, 21]] = 0.15
    camera = Camera(torch.full((2,), SIZE / 2), Projection.ORTHOGRAPHIC, SIZE, SIZE)
    return FaceGeometry(
        100 * head.vertices[None],
        head.triangles,
        camera,
        torch.eye(2, 3)[None],
        25.0,
        colors=colors,
        light=light,
    )


def picture_of(geometry: FaceGeometry) -> Picture:
    rgb = RasterizerCpu().render(geometry).rgb[0].permute(1, 2, 0)
    picture: Picture = (255 * rgb).round().to(torch.uint8).numpy()
    return picture


def front(geometry: FaceGeometry) -> Tensor:
    """[V] bool, vertices of the skin's front."""
    normals = vertex_normals(geometry.vertices[0], geometry.triangles)
    return (normals[:, 2] > 0.5) & (torch.arange(len(normals)) < 468)


@pytest.mark.parametrize("with_renderer", [True, False])
def test_detailed_albedo_and_light_look_like_the_picture(with_renderer: bool) -> None:
    geometry = painted()
    assert geometry.colors is not None
    assert geometry.light is not None
    bare = attrs.evolve(geometry, colors=None, light=None)
    renderer = RasterizerCpu() if with_renderer else None
    look = sampled_look(bare, picture_of(geometry), renderer)
    normals = vertex_normals(geometry.vertices[0], geometry.triangles)
    made = look.colors * irradiance(normals, look.light)
    true = geometry.colors * irradiance(normals, geometry.light)
    assert float((made - true)[front(geometry)].abs().mean()) < 0.03
    lips, cheeks = look.colors[[13, 14, 17]], look.colors[[50, 280, 205, 425]]
    assert float(lips[:, 1].mean()) < 0.7 * float(cheeks[:, 1].mean()), "lips stay lips"


def test_side_light_goes_into_the_light_not_into_the_skin() -> None:
    geometry = painted()
    look = sampled_look(geometry, picture_of(geometry), None)
    left, right = look.colors[[50, 205]].mean(), look.colors[[280, 425]].mean()
    assert abs(float(left / right) - 1) < 0.1
    normals = vertex_normals(geometry.vertices[0], geometry.triangles)
    bright = irradiance(normals, look.light).mean(1)
    assert float(bright[[50, 205]].mean()) > 1.15 * float(bright[[280, 425]].mean())


def test_low_frequencies_are_smooth_and_keep_the_mean() -> None:
    head = sample_head()
    random = torch.rand(len(head.vertices), 3, generator=torch.Generator().manual_seed(0))
    low = low_frequency(random, head.vertices, head.triangles)[:468]
    assert float(low.std(0).mean()) < 0.3 * float(random.std(0).mean())
    assert torch.allclose(low.mean(0), random.mean(0), atol=0.05)


def test_unseen_vertices_have_the_colour_of_their_neighbours() -> None:
    head = sample_head()
    colors = torch.full((478, 3), 0.9)
    right = head.vertices[:, 0] < 0
    colors[right] = 0.2
    seen = torch.ones(478, dtype=torch.bool)
    seen[[50, 280]] = False
    seen[468:] = False
    colors[[50, 280]] = 0.0
    found = spread_to_unseen(colors, seen, head.triangles)
    assert found[50].tolist() == pytest.approx([0.2] * 3, abs=1e-4)
    assert found[280].tolist() == pytest.approx([0.9] * 3, abs=1e-4)
    assert torch.allclose(found[470], colors[seen].mean(0)), "in no triangle: the mean"
    assert torch.equal(found[seen], colors[seen])


def test_the_calmest_frame_is_calm_straight_open_eyed_and_seen() -> None:
    frames = 6
    expression = 0.01 * torch.ones(frames, 4)
    expression[0] = 1.0
    angles = torch.zeros(frames, 3)
    angles[1, 1] = 30.0
    blink = torch.zeros(frames)
    blink[2] = 5.0
    angles[5, 0] = 2.0
    place = torch.tensor([100.0, 0, 0]).expand(frames, 3)
    pose = HeadPose(angles, place, PoseConvention.EULER_DEG_ORTHO)
    attributes = FaceAttributes(25.0, expression, "x-4", pose, blink)
    found = torch.tensor([True, True, True, False, True, True])
    assert calmest(attributes, found) == 4


def test_a_face_that_nobody_sees_has_no_albedo() -> None:
    geometry = painted()
    away = attrs.evolve(geometry, triangles=geometry.triangles.flip(1))
    with pytest.raises(InvalidValue, match="no vertex is visible"):
        sampled_look(away, picture_of(geometry), None)


def test_an_unknown_albedo_is_named() -> None:
    with pytest.raises(InvalidValue, match="none or detailed or low"):
        albedo_named("matt")
