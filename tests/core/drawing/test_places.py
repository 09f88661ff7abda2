"""Where things lie."""

import pytest
import torch

from visemix.core.drawing.places import geometry_on, lies_on, rendering_on
from visemix.core.testing.rasterizer_gradients import tilted
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu, RasterizerReference

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("place", "wanted", "fits"),
    [
        ("cuda:0", "cuda", True),
        ("cuda:0", "cuda:0", True),
        ("cuda:0", "cuda:1", False),
        ("cpu", "cpu", True),
        ("cpu", "cuda", False),
    ],
)
def test_any_gpu_is_a_gpu(place: str, wanted: str, fits: bool) -> None:
    assert lies_on(torch.device(place), torch.device(wanted)) is fits


def test_everything_that_is_drawn_is_moved() -> None:
    geometry = tilted()
    moved = geometry_on(geometry, CPU)
    made = RasterizerCpu(maps=["eyes", "depth"]).render(moved)
    assert rendering_on(made, CPU).maps.keys() == {"eyes", "depth"}
    assert moved.masks.weights.keys() == {"eyes"}
    assert all(x is not None for x in (moved.uv, moved.colors, moved.light))


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("kind", [RasterizerCpu, RasterizerReference])
def test_a_geometry_on_a_gpu_is_drawn_and_stays_there(kind: type[RasterizerCpu]) -> None:
    geometry = geometry_on(tilted(), torch.device("cuda"))
    made = kind(maps=["depth"], antialias=True).render(geometry)
    expected = RasterizerCpu(maps=["depth"], antialias=True).render(tilted())
    assert made.rgb.is_cuda and made.maps["depth"].is_cuda
    torch.testing.assert_close(made.rgb.cpu(), expected.rgb, atol=1e-3, rtol=0)
