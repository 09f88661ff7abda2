"""The kit for rasterizers, on the kernels as the host's compiler makes them."""

from collections.abc import Callable

import pytest
import torch

from visemix.core.testing.rasterizer_gradients import INPUTS, check_gradients
from visemix.core.testing.rasterizer_pictures import MakeRasterizer
from visemix.core.testing.rasterizers import RASTERIZER_CHECKS
from visemix.plugins.rasterizer_cuda.renderer import RasterizerCuda


class EmulatedRasterizer(RasterizerCuda):
    """Where geometries are is where its kernels run: on the CPU."""

    place: torch.device | None = torch.device("cpu")


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("check", RASTERIZER_CHECKS, ids=lambda check: check.__name__)
def test_rasterizer(check: Callable[[MakeRasterizer], None]) -> None:
    check(EmulatedRasterizer)


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("name", INPUTS)
def test_gradients(name: str) -> None:
    check_gradients(EmulatedRasterizer, [name])
