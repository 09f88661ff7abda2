"""A renderer for NVIDIA GPUs."""

from importlib.util import find_spec

import torch

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import Renderer
from visemix.plugins.rasterizer_cuda.device import launcher_of_gpu
from visemix.plugins.rasterizer_cuda.launch import LAUNCHERS
from visemix.plugins.rasterizer_cuda.renderer import RasterizerCuda


def _missing() -> bool:
    """Whether there is a GPU but not what it takes to use it."""
    return torch.cuda.is_available() and (
        find_spec("cuda") is None or find_spec("cuda.core") is None
    )


if _missing():  # so that a recipe's ``otherwise`` is taken
    raise ImportError("cuda-core is not installed; run: pip install 'visemix[cuda]'")

LAUNCHERS["cuda"] = launcher_of_gpu


@hookimpl
def visemix_renderers() -> dict[str, type[Renderer]]:
    """``rasterizer-cuda``."""
    return {"rasterizer-cuda": RasterizerCuda}
