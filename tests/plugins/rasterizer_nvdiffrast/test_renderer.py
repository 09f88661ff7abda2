"""The adapter, with a stand-in for the library."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import cv2
import numpy as np
import pytest
import torch

from visemix.core.errors import InvalidValue, PluginError
from visemix.core.testing.rasterizer_edges import check_edges
from visemix.core.testing.rasterizer_gradients import INPUTS, check_gradients, tilted
from visemix.core.testing.rasterizer_limits import check_large_picture
from visemix.core.testing.rasterizer_pictures import MakeRasterizer
from visemix.core.testing.rasterizers import RASTERIZER_CHECKS
from visemix.core.testing.scenes import HALVES, SQUARE, flat
from visemix.plugins.rasterizer_cpu.renderer import RasterizerReference
from visemix.plugins.rasterizer_nvdiffrast import renderer
from visemix.plugins.rasterizer_nvdiffrast.renderer import RasterizerNvdiffrast

make = partial(RasterizerNvdiffrast, device="cpu")


# The stand-in takes seconds for a picture of 4096 px, and the adapter does not depend on the size.
CHECKS = [check for check in RASTERIZER_CHECKS if check is not check_large_picture]


@pytest.mark.parametrize("check", CHECKS)
def test_passes_the_check(check: Callable[[MakeRasterizer], None]) -> None:
    check(make)


@pytest.mark.parametrize("name", INPUTS)
def test_gradients_agree_with_finite_differences(name: str) -> None:
    check_gradients(make, [name])


def test_silhouettes_are_smoothed() -> None:
    check_edges(make)


@pytest.mark.parametrize("settings", [{"cull": True}, {"antialias": True}, {"shade": False}])
def test_makes_what_the_reference_makes(settings: dict[str, Any]) -> None:
    maps = ["triangle", "barycentric", "depth", "eyes"]
    made, expected = (
        kind(maps=maps, **settings).render(tilted()) for kind in (make, RasterizerReference)
    )
    pictures = {"rgb": made.rgb, "alpha": made.alpha, **made.maps}
    wanted = {"rgb": expected.rgb, "alpha": expected.alpha, **expected.maps}
    for name, picture in wanted.items():
        torch.testing.assert_close(pictures[name], picture, atol=2e-4, rtol=0)
    assert 0.1 < expected.alpha.mean() < 1


def test_texture_is_looked_up_by_the_library(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (5, 7, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "t.png"), picture)
    made, expected = (
        kind(texture=tmp_path / "t.png").render(tilted()).rgb
        for kind in (make, RasterizerReference)
    )
    torch.testing.assert_close(made, expected, atol=1e-3, rtol=0)


def test_a_vertex_far_behind_does_not_spoil_the_order() -> None:
    near = [(x, y, 1.0) for x, y, _ in SQUARE]
    far = [(0.0, 0.0, -1e5), (1.0, 0.0, -1e5), (0.0, 1.0, -1e5)]
    geometry = flat([*SQUARE, *near, *far], [*HALVES, (4, 6, 5), (4, 7, 6), (8, 9, 10)])
    made = make(maps=["triangle"]).render(geometry)
    assert set(made.maps["triangle"][0, 0, 2:6, 2:6].flatten().tolist()) == {2.0, 3.0}


def test_a_missing_library_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nvdiffrast", None)
    monkeypatch.delitem(sys.modules, "nvdiffrast.torch")
    with pytest.raises(PluginError, match="not installed") as error:
        make()
    assert "non-commercial" in str(error.value)
    assert "rasterizer-cuda" in str(error.value)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_missing_gpu_is_explained() -> None:
    with pytest.raises(PluginError, match="no CUDA device") as error:
        RasterizerNvdiffrast()
    assert "rasterizer-cpu" in str(error.value)


def test_more_triangles_than_the_library_can_number_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(renderer, "MOST_TRIANGLES", 1)
    with pytest.raises(InvalidValue, match="can draw 1 triangles, not 2"):
        make().render(flat(SQUARE, HALVES))


def test_an_empty_mesh_is_not_given_to_the_library() -> None:
    made = make(antialias=True, maps=["depth"]).render(
        attrs.evolve(flat(SQUARE, HALVES), triangles=torch.empty(0, 3, dtype=torch.int32))
    )
    assert not made.alpha.any()
