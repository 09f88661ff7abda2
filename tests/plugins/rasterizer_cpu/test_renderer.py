"""Both renderers: by the checks that every rasterizer must pass, and by their own settings."""

from collections.abc import Callable
from pathlib import Path

import attrs
import cv2
import numpy as np
import pytest
import torch

from visemix.core.drawing.mesh_renderer import MeshRenderer
from visemix.core.errors import InvalidValue, MediaError
from visemix.core.testing.rasterizer_edges import check_edges
from visemix.core.testing.rasterizer_gradients import INPUTS, check_gradients, tilted
from visemix.core.testing.rasterizers import RASTERIZER_CHECKS, check_rasterizer
from visemix.core.testing.scenes import HALVES, SQUARE, flat, net, with_mask
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.rendering import Rendering
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu, RasterizerReference

Make = Callable[..., MeshRenderer]

RENDERERS = [RasterizerCpu, RasterizerReference]
every_renderer = pytest.mark.parametrize("make", RENDERERS)


@every_renderer
@pytest.mark.parametrize("check", RASTERIZER_CHECKS)
def test_passes_the_check(check: Callable[[Make], None], make: Make) -> None:
    check(make)


@every_renderer
@pytest.mark.parametrize("name", INPUTS)
def test_gradients_agree_with_finite_differences(make: Make, name: str) -> None:
    check_gradients(make, [name])


@every_renderer
def test_silhouettes_are_smoothed(make: Make) -> None:
    check_edges(make)


def test_check_rasterizer_finds_a_fault() -> None:
    class Shifted(RasterizerCpu):
        def render(self, geometry: FaceGeometry) -> Rendering:
            moved = geometry.vertices + torch.tensor([0.5, 0.0, 0.0])
            return super().render(attrs.evolve(geometry, vertices=moved))

    with pytest.raises(AssertionError, match="pixels show another triangle"):
        check_rasterizer(Shifted)


@every_renderer
def test_uv_is_shown_as_red_and_green_unlit_where_there_are_no_colours(make: Make) -> None:
    uv = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    geometry = attrs.evolve(flat(SQUARE, HALVES), uv=uv, light=torch.ones(27))
    rgb = make().render(geometry).rgb[0]
    torch.testing.assert_close(rgb[:, 3, 5], torch.tensor([0.75, 0.25, 0.0]), atol=1e-3, rtol=0)


@every_renderer
def test_a_mesh_without_anything_is_white(make: Make) -> None:
    made = make().render(flat(SQUARE, HALVES))
    assert torch.equal(made.rgb, made.alpha.expand(1, 3, 8, 8))


@every_renderer
def test_texture_is_wrapped_by_uv_and_lit(make: Make, tmp_path: Path) -> None:
    picture = np.zeros((4, 4, 3), np.uint8)
    picture[0, 3] = (0, 102, 255)  # OpenCV writes blue, green, red: the top right texel is orange
    cv2.imwrite(str(tmp_path / "t.png"), picture)
    uv = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    # The square covers 4 x 4 px and the texture has 4 x 4 texels; move it so that they coincide.
    square = [(x + 0.5, y + 0.5, z) for x, y, z in SQUARE]
    geometry = attrs.evolve(flat(square, HALVES), uv=uv)
    rgb = make(texture=tmp_path / "t.png").render(geometry).rgb[0]
    torch.testing.assert_close(rgb[:, 3, 6], torch.tensor([1.0, 0.4, 0.0]), atol=2e-3, rtol=0)
    assert rgb.sum() == pytest.approx(1.4, abs=0.02)
    dark = attrs.evolve(geometry, light=torch.tensor([-0.8] + [0.0] * 8).repeat(3))
    assert make(texture=tmp_path / "t.png").render(dark).rgb.abs().max() < 1e-6


def test_gradients_through_a_texture_are_those_of_the_reference(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(60, 180, (9, 7, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "t.png"), picture)
    slopes = []
    for make in (RasterizerCpu, RasterizerReference):
        geometry = tilted()
        assert geometry.uv is not None and geometry.light is not None
        inputs = (geometry.vertices, geometry.uv, geometry.light)
        for tensor in inputs:
            tensor.requires_grad_()
        rgb = make(texture=tmp_path / "t.png", antialias=True).render(geometry).rgb
        weights = torch.rand(rgb.shape, generator=torch.Generator().manual_seed(1))
        slopes.append(torch.autograd.grad((rgb * weights).sum(), inputs))
    for found, expected in zip(*slopes, strict=True):
        assert expected.abs().max() > 0.1
        assert (found - expected).abs().max() / expected.abs().max() < 2e-2
        assert (found - expected).abs().mean() / expected.abs().mean() < 1e-3


def test_texture_without_uv_and_missing_texture_are_explained(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="cannot be read"):
        RasterizerCpu(texture=tmp_path / "no.png")
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(MediaError, match="not a picture"):
        RasterizerCpu(texture=tmp_path / "text.png")
    cv2.imwrite(str(tmp_path / "t.png"), np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(InvalidValue, match="no uv"):
        RasterizerCpu(texture=tmp_path / "t.png").render(flat(SQUARE, HALVES))


@every_renderer
def test_hard_masks_are_0_or_1_and_agree_with_the_soft_ones(make: Make) -> None:
    geometry = net((12, 16))
    count = geometry.vertices.shape[1]
    geometry = with_mask(geometry, "eye_attention", (torch.arange(count) % 3 == 0).float())
    soft, hard = (
        make(maps=["eye_attention"], hard_masks=h).render(geometry).maps["eye_attention"]
        for h in (False, True)
    )
    assert set(hard.flatten().tolist()) == {0.0, 1.0}
    assert torch.equal(hard, (soft >= 0.5).float())
    assert ((soft > 0) & (soft < 1)).any()


@every_renderer
def test_maps_come_in_the_order_asked_for_and_landmarks_pass_through(make: Make) -> None:
    landmarks = torch.rand(1, 5, 3)
    geometry = attrs.evolve(with_mask(net((12, 16)), "m", torch.ones(30)), landmarks=landmarks)
    made = make(maps=["m", "depth", "triangle", "barycentric"]).render(geometry)
    assert list(made.maps) == ["m", "depth", "triangle", "barycentric"]
    assert [picture.shape[1] for picture in made.maps.values()] == [1, 1, 1, 2]
    assert made.landmarks is landmarks
