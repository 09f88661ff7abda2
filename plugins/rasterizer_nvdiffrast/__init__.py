"""A renderer for those who have the library nvdiffrast and may use it."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import Renderer
from visemix.plugins.rasterizer_nvdiffrast.renderer import RasterizerNvdiffrast


@hookimpl
def visemix_renderers() -> dict[str, type[Renderer]]:
    """``rasterizer-nvdiffrast``."""
    return {"rasterizer-nvdiffrast": RasterizerNvdiffrast}
