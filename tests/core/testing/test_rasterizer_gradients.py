"""The check finds gradients that are wrong or missing."""

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh
from visemix.core.testing.rasterizer_gradients import (
    INPUTS,
    check_gradient_is_finite,
    check_gradient_of_nothing,
    check_gradients,
    views_of,
)
from visemix.core.testing.rasterizer_pictures import MakeRasterizer
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.rendering import Rendering
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu


class Still(RasterizerCpu):
    """Gives no gradients."""

    def render(self, geometry: FaceGeometry) -> Rendering:
        with torch.no_grad():
            return super().render(geometry)


class Unmoved(RasterizerCpu):
    """Light and colours have gradients, and vertices by their normals only."""

    def draw(self, mesh: Mesh, attributes: Tensor, masks: Tensor) -> Fragments:
        still = attrs.evolve(mesh, vertices=mesh.vertices.detach())
        return super().draw(still, attributes, masks)


class Affine(RasterizerCpu):
    """Right pictures, but vertices get the gradient of another picture."""

    def draw(self, mesh: Mesh, attributes: Tensor, masks: Tensor) -> Fragments:
        shifted = attrs.evolve(mesh, vertices=mesh.vertices * 1.1 - 0.1 * mesh.vertices.detach())
        return super().draw(shifted, attributes, masks)


@pytest.mark.parametrize("name", INPUTS)
def test_a_missing_gradient_is_found(name: str) -> None:
    with pytest.raises(AssertionError, match=f"by {name} is missing"):
        check_gradients(Still, [name])


@pytest.mark.parametrize("wrong", [Unmoved, Affine])
def test_a_wrong_gradient_is_found(wrong: MakeRasterizer) -> None:
    with pytest.raises(AssertionError, match=r"by vertices is (wrong|missing)"):
        check_gradients(wrong, ["vertices"])


def test_a_gradient_of_nothing_is_found() -> None:
    class Tinted(RasterizerCpu):
        def render(self, geometry: FaceGeometry) -> Rendering:
            made = super().render(geometry)
            depth = geometry.vertices[..., 2:].mean((1, 2), keepdim=True).nan_to_num()[..., None]
            return attrs.evolve(made, rgb=(made.rgb + 0.001 * depth.abs()).clamp(0, 1))

    with pytest.raises(AssertionError, match="an empty picture has a gradient"):
        check_gradient_of_nothing(Tinted)


def test_a_gradient_that_is_nan_is_found() -> None:
    class Spread(RasterizerCpu):
        def draw(self, mesh: Mesh, attributes: Tensor, masks: Tensor) -> Fragments:
            made = super().draw(mesh, attributes, masks)
            spread = (mesh.vertices * 0).nan_to_num().sum() + mesh.vertices.square().sum() * 0
            return attrs.evolve(made, values=made.values + spread.nan_to_num())

    with pytest.raises(AssertionError, match="makes gradients NaN"):
        check_gradient_is_finite(Spread)


def test_an_unknown_input_is_named() -> None:
    with pytest.raises(AssertionError, match="no gradient is known by 'colours'; known: vertices"):
        check_gradients(RasterizerCpu, ["colours"])


def test_every_input_is_looked_at() -> None:
    assert [len(views_of(name)) for name in INPUTS] == [5, 1, 1, 1, 1]
