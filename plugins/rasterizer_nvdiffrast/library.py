"""The library nvdiffrast, no requirement of visemix: finding it, and what is used of it.

Written against its documented functions of version 0.4. Its licence allows non-commercial use only.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

import torch
from torch import Tensor

from visemix.core.errors import PluginError


class Library(Protocol):
    """The module ``nvdiffrast.torch``; pictures are [T, H, W, C], row 0 at the smallest y."""

    def RasterizeCudaContext(self, device: str) -> object:  # noqa: N802 - its name
        """What ``rasterize`` keeps between calls."""
        ...

    def rasterize(
        self, glctx: object, pos: Tensor, tri: Tensor, resolution: Sequence[int]
    ) -> tuple[Tensor, Tensor]:
        """Clip-space corners [T, V, 4] to (share 0, share 1, z / w, triangle + 1) per pixel."""
        ...

    def interpolate(self, attr: Tensor, rast: Tensor, tri: Tensor) -> tuple[Tensor, Tensor]:
        """Attributes [1 or T, V, C] to [T, H, W, C]."""
        ...

    def texture(self, tex: Tensor, uv: Tensor, *, filter_mode: str, boundary_mode: str) -> Tensor:
        """Texture [1 or T, h, w, C] at uv [T, H, W, 2] to [T, H, W, C]."""
        ...

    def antialias(self, color: Tensor, rast: Tensor, pos: Tensor, tri: Tensor) -> Tensor:
        """Pictures [T, H, W, C], blended across silhouettes."""
        ...


def find_library() -> Library:
    """The installed library.

    Raises:
        PluginError: it is not installed, or does not start.
    """
    where = "plugin rasterizer-nvdiffrast"
    try:
        return cast(Library, import_module("nvdiffrast.torch"))
    except ModuleNotFoundError as e:
        if (e.name or "").partition(".")[0] != "nvdiffrast":
            raise PluginError(f"nvdiffrast does not start: {e}", where=where) from e
        do = (
            "install it from github.com/NVlabs/nvdiffrast if its non-commercial licence suits you, "
            "or name the part rasterizer-cuda instead"
        )
        raise PluginError("the library nvdiffrast is not installed", where=where, do=do) from e
    except (ImportError, OSError) as e:
        do = "install the version that fits your torch and CUDA"
        raise PluginError(f"nvdiffrast does not start: {e}", where=where, do=do) from e


def need_device(device: str) -> None:
    """See whether the GPU is there.

    Raises:
        PluginError: it is not.
    """
    if device.startswith("cuda") and not torch.cuda.is_available():
        do = "name the part rasterizer-cpu, or give it as 'otherwise'"
        raise PluginError("there is no CUDA device", where="plugin rasterizer-nvdiffrast", do=do)
