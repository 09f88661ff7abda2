"""Renderers for machines without a GPU."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import Renderer
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu, RasterizerReference


@hookimpl
def visemix_renderers() -> dict[str, type[Renderer]]:
    """``rasterizer-cpu`` and ``rasterizer-reference``."""
    return {"rasterizer-cpu": RasterizerCpu, "rasterizer-reference": RasterizerReference}
