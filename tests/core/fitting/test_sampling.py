"""Colours where vertices project, and vertices that something hides."""

import attrs
import numpy as np
import torch
from torch import Tensor

from visemix.core.fitting.sampling import colours_at, sample_picture, visible
from visemix.core.values.camera import Camera, Projection
from visemix.core.values.geometry import FaceGeometry
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu

SIZE = 32


def two_sheets() -> FaceGeometry:
    """A small sheet before a large one, both facing the viewer; and a vertex that looks away."""
    square = torch.tensor([[-1.0, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
    back, front = 12 * square, 4 * square + torch.tensor([0.0, 0.0, 10.0])
    inner = torch.tensor(
        [[0.0, 0.0, 0.0], [9.0, 9.0, 0.0]]
    )  # behind the front sheet, and beside it
    vertices = torch.cat((back, front, inner))
    fan = [[a, b, 8] for a, b in ((0, 1), (1, 2), (2, 3), (3, 0))]
    corner = [[0, 1, 9]]
    triangles = [*fan, [4, 5, 6], [4, 6, 7], *corner]
    camera = Camera(torch.full((2,), SIZE / 2), Projection.ORTHOGRAPHIC, SIZE, SIZE)
    return FaceGeometry(
        vertices[None],
        torch.tensor(triangles, dtype=torch.int32),
        camera,
        torch.eye(2, 3)[None],
        25.0,
    )


def test_a_pixel_has_its_colour_at_its_centre() -> None:
    picture = torch.rand(3, 5, 7, generator=torch.Generator().manual_seed(0))
    points = torch.tensor([[0.5, 0.5], [6.5, 4.5], [3.0, 2.5]])
    found = sample_picture(picture, points)
    assert torch.allclose(found[0], picture[:, 0, 0], atol=1e-5)
    assert torch.allclose(found[1], picture[:, 4, 6], atol=1e-5)
    assert torch.allclose(found[2], picture[:, 2, 2:4].mean(1), atol=1e-5)


def test_colours_are_taken_from_the_full_frame() -> None:
    geometry = two_sheets()
    crop = torch.tensor([[[0.5, 0.0, -10.0], [0.0, 0.5, -20.0]]])
    frame = np.zeros((120, 110, 3), np.uint8)
    centre = ((SIZE / 2 + 10) * 2, (SIZE / 2 + 20) * 2)
    frame[int(centre[1]) - 2 : int(centre[1]) + 2, int(centre[0]) - 2 : int(centre[0]) + 2] = 255
    found = colours_at(frame, attrs.evolve(geometry, crop=crop), 0)
    assert found[8].tolist() == [1.0, 1.0, 1.0]
    assert float(found[:8].abs().max()) == 0


def seen(with_renderer: bool) -> Tensor:
    return visible(two_sheets(), 0, RasterizerCpu() if with_renderer else None)


def test_a_vertex_behind_something_is_hidden() -> None:
    assert not bool(seen(True)[8])
    assert bool(seen(False)[8]), "the normals alone cannot know"
    assert bool(seen(True)[4:8].all())


def test_a_vertex_that_looks_away_is_not_seen() -> None:
    turned = two_sheets()
    turned = attrs.evolve(turned, triangles=turned.triangles.flip(1))
    assert not bool(visible(turned, 0, None).any())
