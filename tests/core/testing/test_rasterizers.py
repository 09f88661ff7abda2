"""The checks find rasterizers that are wrong, each by the check meant for it."""

from collections.abc import Callable

import attrs
import pytest
import torch

from visemix.core.testing import rasterizers
from visemix.core.testing.rasterizer_pictures import MakeRasterizer
from visemix.core.testing.rasterizers import RASTERIZER_CHECKS, check_rasterizer
from visemix.core.testing.scenes import (
    HALVES,
    SQUARE,
    cast,
    flat,
    orthographic,
    perspective,
    scene,
)
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.rendering import Rendering
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu

Check = Callable[[MakeRasterizer], None]


class Moved(RasterizerCpu):
    """Takes pixel centres for corners, or the far side for the near one."""

    by = (0.0, 0.0, 0.0)
    times = (1.0, 1.0, 1.0)

    def render(self, geometry: FaceGeometry) -> Rendering:
        moved = geometry.vertices * torch.tensor(self.times) + torch.tensor(self.by)
        return super().render(attrs.evolve(geometry, vertices=moved))


class HalfAPixel(Moved):
    by = (0.5, 0.0, 0.0)


class BottomRight(Moved):
    by = (1e-3, -1e-3, 0.0)


class FarSideFirst(Moved):
    times = (1.0, 1.0, -1.0)


class Swollen(RasterizerCpu):
    """Every triangle a little larger, as when edges are tested with a tolerance."""

    def render(self, geometry: FaceGeometry) -> Rendering:
        vertices = geometry.vertices[:, geometry.triangles.long()]
        middle = vertices.mean(2, keepdim=True)
        larger = (middle + (vertices - middle) * 1.01).flatten(1, 2)
        triangles = torch.arange(larger.shape[1], dtype=torch.int32).reshape(-1, 3)
        plain = attrs.evolve(geometry, vertices=larger, triangles=triangles)
        return super().render(plain)


class Affine(RasterizerCpu):
    """Shares without perspective: those of the projected triangle."""

    def render(self, geometry: FaceGeometry) -> Rendering:
        camera = geometry.camera
        seen = camera.project(geometry.vertices) * torch.tensor([1.0, -1.0, 1.0])
        level = orthographic((camera.height, camera.width))
        return super().render(scene(seen, geometry.triangles, level))


class FirstFrameOnly(RasterizerCpu):
    def render(self, geometry: FaceGeometry) -> Rendering:
        same = geometry.vertices[:1].expand_as(geometry.vertices)
        return super().render(attrs.evolve(geometry, vertices=same))


class NeverCulls(RasterizerCpu):
    def __init__(self, *, cull: bool = False, maps: tuple[str, ...] = ()) -> None:
        super().__init__(maps=maps)


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (HalfAPixel, rasterizers.check_coverage),
        (BottomRight, rasterizers.check_fill_rule),
        (Swollen, rasterizers.check_shared_edges),
        (FarSideFirst, rasterizers.check_depth_order),
        (Affine, rasterizers.check_perspective),
        (FirstFrameOnly, rasterizers.check_frames),
        (NeverCulls, rasterizers.check_culling),
    ],
)
def test_a_wrong_rasterizer_is_found(wrong: MakeRasterizer, check: Check) -> None:
    with pytest.raises(AssertionError, match=r"\w+"):
        check(wrong)
    with pytest.raises(AssertionError, match=r"\w+"):
        check_rasterizer(wrong)


def test_every_check_is_in_the_list() -> None:
    named = [getattr(rasterizers, name) for name in dir(rasterizers) if name.startswith("check_")]
    assert set(RASTERIZER_CHECKS) == set(named) - {check_rasterizer}
    assert len(RASTERIZER_CHECKS) == 21


def test_rays_meet_a_square_where_it_is() -> None:
    seen = cast(flat(SQUARE, HALVES))
    assert (seen.triangle >= 0).sum() == 25  # 5 x 5 centres lie in it or on its edges
    assert (seen.triangle[seen.sure] >= 0).sum() < 25  # the edges are not sure
    assert seen.depth[4, 4] == 0


def test_rays_of_a_perspective_camera_meet_the_projected_point() -> None:
    camera = perspective((20, 20))
    corner = torch.tensor([[[-3.0, -3, 1], [3, -3, 1], [-3, 3, 1]]])
    seen = cast(scene(corner, torch.tensor([[0, 1, 2]]), camera))
    # The ray of pixel (6, 8), row 8, meets the plane z = 1 nine units away.
    x, y = (6.5 - 10) * 9 / camera.focal, -(8.5 - 10) * 9 / camera.focal
    found = (seen.shares[8, 6][:, None] * corner[0]).sum(0)
    assert found.tolist() == pytest.approx([x, y, 1.0])
