"""What MeshRenderer asks of a geometry, whoever draws."""

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh
from visemix.core.drawing.mesh_renderer import MeshRenderer
from visemix.core.errors import InvalidValue
from visemix.core.testing.scenes import HALVES, SQUARE, flat, with_mask
from visemix.plugins.rasterizer_cpu.renderer import RasterizerReference


class Nothing(MeshRenderer):
    """Draws empty pictures and remembers what it was asked to draw."""

    asked: tuple[Mesh, Tensor, Tensor]

    def draw(self, mesh: Mesh, attributes: Tensor, masks: Tensor) -> Fragments:
        self.asked = mesh, attributes, masks
        size = (mesh.height, mesh.width)
        frames = len(mesh.vertices)
        return Fragments(
            triangle=torch.full((frames, *size), -1, dtype=torch.int32),
            shares=torch.zeros(frames, 2, *size),
            depth=torch.full((frames, *size), -torch.inf),
            values=torch.zeros(frames, attributes.shape[-1], *size),
            masks=torch.zeros(frames, masks.shape[-1], *size),
            coverage=torch.zeros(frames, 1, *size),
        )

    def normals(self, vertices: Tensor, triangles: Tensor) -> Tensor:
        return torch.zeros_like(vertices)


def test_without_shading_no_attribute_is_drawn() -> None:
    renderer = Nothing(shade=False, cull=True, maps=["eyes", "depth"])
    made = renderer.render(with_mask(flat(SQUARE, HALVES), "eyes", torch.ones(4)))
    mesh, attributes, masks = renderer.asked
    assert mesh.cull
    assert attributes.shape == (1, 4, 0)
    assert torch.equal(masks, torch.ones(1, 4, 1))
    assert made.rgb.shape == (1, 3, 0, 0)
    assert list(made.maps) == ["eyes", "depth"]


def test_pixels_are_kept_only_for_pixel_maps() -> None:
    assert not Nothing(maps=["eyes"]).keeps_pixels
    assert Nothing(maps=["eyes", "triangle"]).keeps_pixels


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (torch.ones(3), r"masks\['eyes'\]: expected \[4\] torch.float32, got \[3\] torch"),
        (torch.ones(4, device="meta"), r"masks\['eyes'\]: expected it on cpu .*, got meta"),
    ],
)
def test_wrong_masks_are_named(weights: Tensor, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        Nothing(maps=["eyes"]).render(with_mask(flat(SQUARE, HALVES), "eyes", weights))


def test_a_mask_nobody_has_is_explained_with_the_choice() -> None:
    geometry = with_mask(flat(SQUARE, HALVES), "eyes", torch.ones(4))
    with pytest.raises(InvalidValue, match=r"'ears'.*Choose from triangle, .*, eyes"):
        Nothing(maps=["ears"]).render(geometry)


def test_the_camera_is_passed_on() -> None:
    renderer = Nothing()
    geometry = flat(SQUARE, HALVES, (6, 9))
    renderer.render(attrs.evolve(geometry))
    mesh = renderer.asked[0]
    assert (mesh.height, mesh.width, mesh.matrix.shape) == (6, 9, (4, 4))


def test_antialias_reads_pixels_and_leaves_the_picture_in_its_range() -> None:
    renderer = RasterizerReference(antialias=True, maps=["eyes"])
    assert renderer.keeps_pixels
    # A lone pixel, its four sides all silhouettes: 1 - 4 x 0.3 would be below 0.
    points = [(3.3, 3.3, 0.0), (3.7, 3.3, 0.0), (3.7, 3.7, 0.0), (3.3, 3.7, 0.0)]
    made = renderer.render(with_mask(flat(points, HALVES), "eyes", torch.ones(4)))
    assert made.alpha.min() >= 0 and made.alpha.max() <= 1
    assert torch.equal(made.maps["eyes"], made.alpha)
    assert torch.equal(made.rgb, made.alpha.expand(1, 3, 8, 8))


def test_antialias_without_shading_gives_a_smooth_cover_and_no_picture() -> None:
    points = [(x + 0.2, y, z) for x, y, z in SQUARE]
    made = RasterizerReference(antialias=True, shade=False).render(flat(points, HALVES))
    assert made.rgb.shape == (1, 3, 0, 0)
    assert len(set(made.alpha.flatten().tolist())) > 2


def test_a_mesh_that_was_written_into_has_new_neighbours() -> None:
    renderer = RasterizerReference(antialias=True)
    geometry = flat([(x + 0.25, y, z) for x, y, z in SQUARE], HALVES)
    both = renderer.render(geometry).alpha
    geometry.triangles[1] = geometry.triangles[0]
    alone = renderer.render(geometry).alpha
    fresh = RasterizerReference(antialias=True).render(geometry).alpha
    assert not torch.equal(alone, both)
    assert torch.equal(alone, fresh)
    with torch.inference_mode():
        other = attrs.evolve(geometry, triangles=geometry.triangles.clone())
        assert torch.equal(renderer.render(other).alpha, fresh)
