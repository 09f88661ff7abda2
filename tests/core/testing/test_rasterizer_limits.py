"""The checks find rasterizers that break at the limits."""

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh
from visemix.core.errors import VisemixError
from visemix.core.testing import rasterizer_limits as limits
from visemix.core.testing.rasterizers import RASTERIZER_CHECKS
from visemix.core.values.geometry import FaceGeometry, Masks
from visemix.core.values.rendering import Rendering
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu


class NotSkipped(RasterizerCpu):
    """Takes what is not finite for the origin."""

    def render(self, geometry: FaceGeometry) -> Rendering:
        return super().render(
            attrs.evolve(geometry, vertices=geometry.vertices.nan_to_num(0, 0, 0))
        )


class SixteenthBits(RasterizerCpu):
    """Numbers of triangles in 16 bits."""

    def render(self, geometry: FaceGeometry) -> Rendering:
        made = super().render(geometry)
        maps = dict(made.maps)
        if "triangle" in maps:
            maps["triangle"] = maps["triangle"].remainder(1 << 16)
        return attrs.evolve(made, maps=maps)


class Small(RasterizerCpu):
    """Draws nothing beyond 2,048 px."""

    def draw(self, mesh: Mesh, attributes: Tensor, masks: Tensor) -> Fragments:
        made = super().draw(mesh, attributes, masks)
        made.coverage[..., 2048:] = 0
        return made


class MemoryOrder(RasterizerCpu):
    """Reads tensors as they lie in memory."""

    def render(self, geometry: FaceGeometry) -> Rendering:
        if geometry.colors is not None and not geometry.colors.is_contiguous():
            shape = geometry.colors.shape
            colors = geometry.colors.as_strided(shape, torch.empty(shape).stride())
            geometry = attrs.evolve(geometry, colors=colors)
        return super().render(geometry)


class Silent(RasterizerCpu):
    """Draws nothing when something is wrong."""

    def render(self, geometry: FaceGeometry) -> Rendering:
        empty = attrs.evolve(geometry, triangles=geometry.triangles[:0], masks=Masks())
        return RasterizerCpu().render(empty)


@pytest.mark.parametrize(
    ("wrong", "check", "message"),
    [
        (NotSkipped, limits.check_not_finite, "a vertex that is nan changes the alpha"),
        (SixteenthBits, limits.check_many_triangles, "pixels show a triangle of another"),
        (Small, limits.check_large_picture, "are covered"),
        (MemoryOrder, limits.check_strides, "strided tensors give another picture"),
        (Silent, limits.check_refusals, "vertex 4 of 4 was accepted"),
    ],
)
def test_a_wrong_rasterizer_is_found(wrong: type, check: object, message: str) -> None:
    assert check in RASTERIZER_CHECKS
    assert callable(check)
    with pytest.raises(AssertionError, match=message):
        check(wrong)


def test_an_error_that_names_nothing_is_found() -> None:
    class Vague(RasterizerCpu):
        def render(self, geometry: FaceGeometry) -> Rendering:
            try:
                return super().render(geometry)
            except VisemixError as e:
                raise VisemixError("something is wrong") from e

    with pytest.raises(AssertionError, match="does not name 'triangles'"):
        limits.check_refusals(Vague)
