"""The renderer: which way it takes, and where its pictures end up."""

from typing import Any

import attrs
import pytest
import torch

from visemix.core.drawing.places import lies_on
from visemix.core.errors import VisemixError
from visemix.core.testing.scenes import HALVES, SQUARE, flat, with_mask
from visemix.core.values.geometry import FaceGeometry
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu
from visemix.plugins.rasterizer_cuda.renderer import GPU, RasterizerCuda


class EmulatedRasterizer(RasterizerCuda):
    place: torch.device | None = torch.device("cpu")


def lit(**changed: Any) -> FaceGeometry:
    geometry = with_mask(flat(SQUARE, HALVES), "eyes", torch.tensor([0.0, 1, 1, 0]))
    colors = torch.rand(4, 3, generator=torch.Generator().manual_seed(0))
    uv = torch.tensor([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    geometry = attrs.evolve(geometry, colors=colors, uv=uv, light=torch.linspace(-0.3, 0.4, 27))
    return attrs.evolve(geometry, **changed)


WAYS: dict[str, dict[str, Any]] = {
    "lit colours": {},
    "colours alone": {"light": None},
    "light alone": {"colors": None, "uv": None},
    "nothing but a mesh": {"colors": None, "uv": None, "light": None},
    "a picture of uv": {"colors": None},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("maps", [[], ["eyes", "depth", "triangle"]])
def test_same_picture_as_the_numba_part(way: str, maps: list[str], host: Any) -> None:
    geometry = lit(**WAYS[way])
    found = EmulatedRasterizer(maps=maps).render(geometry)
    expected = RasterizerCpu(maps=maps).render(geometry)
    assert torch.allclose(found.rgb, expected.rgb, atol=1e-6)
    assert torch.equal(found.alpha, expected.alpha)
    assert found.maps.keys() == expected.maps.keys()
    assert all(torch.allclose(found.maps[name], expected.maps[name]) for name in maps)
    assert any(launch.kernel == "paint_real" for launch in host.launched)


@pytest.mark.parametrize("antialias", [False, True])
def test_gradients_are_those_of_the_numba_part(antialias: bool, host: Any) -> None:
    slopes = []
    for make in (EmulatedRasterizer, RasterizerCpu):
        geometry = lit()
        assert geometry.colors is not None and geometry.light is not None
        inputs = (geometry.vertices, geometry.colors, geometry.light)
        for tensor in inputs:
            tensor.requires_grad_()
        made = make(maps=["eyes"], antialias=antialias).render(geometry)
        loss = made.rgb.square().sum() + made.maps["eyes"].square().sum()
        slopes.append(torch.autograd.grad(loss, inputs))
    for one, other in zip(*slopes, strict=True):
        assert (one - other).abs().max() <= 1e-4 * other.abs().max()
        assert other.abs().max() > 0
    assert any(launch.kernel == "gather_painted" for launch in host.launched)


@pytest.mark.usefixtures("host")
def test_texture_file(tmp_path: Any) -> None:
    cv2 = pytest.importorskip("cv2")
    picture = torch.randint(0, 255, (7, 9, 3), dtype=torch.uint8)
    assert cv2.imwrite(str(tmp_path / "skin.png"), picture.numpy())
    found, expected = (
        make(texture=tmp_path / "skin.png", antialias=True, hard_masks=True, maps=["eyes"])
        .render(lit())
        for make in (EmulatedRasterizer, RasterizerCpu)
    )  # fmt: skip
    assert torch.allclose(found.rgb, expected.rgb, atol=1e-5)
    assert torch.allclose(found.maps["eyes"], expected.maps["eyes"], atol=1e-5)
    assert found.rgb.max() > 0
    with pytest.raises(VisemixError, match="no uv"):
        EmulatedRasterizer(texture=tmp_path / "skin.png").render(lit(uv=None))


def test_any_gpu_is_where_it_draws() -> None:
    assert RasterizerCuda.place == GPU
    assert lies_on(torch.device("cuda", 1), GPU)
    assert not lies_on(torch.device("cpu"), GPU)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_does_not_start() -> None:
    with pytest.raises(VisemixError, match="rasterizer-cuda: torch finds no CUDA device"):
        RasterizerCuda()
