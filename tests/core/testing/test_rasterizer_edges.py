"""The check finds silhouettes that are wrong."""

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh
from visemix.core.testing.rasterizer_edges import CORNERS, check_edges, true_cover
from visemix.core.testing.rasterizer_pictures import MakeRasterizer
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu


class Hard(RasterizerCpu):
    """Knows the setting and does nothing."""

    def smooth(self, pictures: Tensor, fragments: Fragments, mesh: Mesh) -> Tensor:
        return pictures


class Blurred(RasterizerCpu):
    """Smooth everywhere."""

    def smooth(self, pictures: Tensor, fragments: Fragments, mesh: Mesh) -> Tensor:
        smooth = super().smooth(pictures, fragments, mesh)
        return 0.999 * smooth + 0.001 * smooth.mean()


class Still(RasterizerCpu):
    """Smooth pictures without a gradient."""

    def smooth(self, pictures: Tensor, fragments: Fragments, mesh: Mesh) -> Tensor:
        still = attrs.evolve(mesh, vertices=mesh.vertices.detach())
        return super().smooth(pictures, fragments, still)


class Half(Still):
    """Half the gradient."""

    def smooth(self, pictures: Tensor, fragments: Fragments, mesh: Mesh) -> Tensor:
        moved = RasterizerCpu.smooth(self, pictures, fragments, mesh)
        return (moved + super().smooth(pictures, fragments, mesh)) / 2


class NoMasks(RasterizerCpu):
    """Masks stay hard."""

    def smooth(self, pictures: Tensor, fragments: Fragments, mesh: Mesh) -> Tensor:
        smooth = super().smooth(pictures, fragments, mesh)
        return torch.cat((smooth[:, :1], pictures[:, 1:2], smooth[:, 2:]), 1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Hard, "the cover is off by"),
        (Blurred, "away from silhouettes"),
        (Still, "the gradient says 0"),
        (Half, "the gradient says"),
        (NoMasks, "the mask of a white mesh"),
    ],
)
def test_wrong_silhouettes_are_found(wrong: MakeRasterizer, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_edges(wrong)


def test_the_truth_has_the_polygons_area() -> None:
    corners = torch.tensor(CORNERS)
    turned = corners.roll(-1, 0)
    area = (corners[:, 0] * turned[:, 1] - corners[:, 1] * turned[:, 0]).sum() / 2
    assert true_cover().sum() == pytest.approx(float(area), rel=2e-3)
