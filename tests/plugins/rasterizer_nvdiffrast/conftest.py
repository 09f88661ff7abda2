"""A stand-in for nvdiffrast: its four operations by the documentation, through our reference."""

import sys
from collections.abc import Sequence
from types import ModuleType

import pytest
import torch
from torch import Tensor

from visemix.core.drawing.antialias import antialias, neighbours
from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh
from visemix.core.drawing.texture import sample
from visemix.plugins.rasterizer_cpu import reference


class Context:
    def __init__(self, device: str | None = None) -> None:
        self.device = device


def needs(*tensors: Tensor) -> None:
    """What the documentation asks of every input."""
    for tensor in tensors:
        assert tensor.is_contiguous()
        assert tensor.dtype in (torch.float32, torch.int32)
        assert tensor.numel()


def mesh_of(pos: Tensor, tri: Tensor, resolution: Sequence[int]) -> Mesh:
    """Clip space: x / w and y / w from -1 to 1, row 0 at y = -w; z / w orders, -1 is nearest."""
    height, width = resolution
    rows = [
        [width / 2, 0, 0, width / 2],
        [0, height / 2, 0, height / 2],
        [0, 0, -1, 0],
        [0, 0, 0, 1],
    ]
    near = nearest_w(pos.detach())
    return Mesh(pos, tri, torch.tensor(rows), height, width, near=near)


def nearest_w(pos: Tensor) -> float:
    """Where z = -w, given that z is a linear function of w; any w where that does not change."""
    z, w = pos[pos.isfinite().all(-1)][:, 2:].double().unbind(-1)
    if not len(w):
        return 1.0
    first, second = w.argmin(), w.argmax()
    if w[second] - w[first] < 1e-6:
        return 1e-3
    slope = (z[second] - z[first]) / (w[second] - w[first])
    return float((slope * w[first] - z[first]) / (slope + 1))


def rasterize(
    glctx: Context, pos: Tensor, tri: Tensor, resolution: Sequence[int]
) -> tuple[Tensor, Tensor]:
    assert isinstance(glctx, Context)
    needs(pos, tri)
    beyond = pos[..., 2] > pos[..., 3]  # of the far plane
    corners = beyond[:, tri.long()]
    assert not (corners.any(-1) & ~corners.all(-1)).any(), "a triangle is cut by the far plane"
    shown = torch.where(beyond[..., None], torch.nan, pos)
    mesh = mesh_of(shown, tri, resolution)
    made = reference.draw(mesh, pos[..., 2:])
    away = (made.values[:, 0] / made.values[:, 1].where(made.triangle >= 0, 1)).detach()
    out = torch.stack((*made.shares.unbind(1), away, (made.triangle + 1).float()), -1)
    return out, torch.zeros_like(out)


def interpolate(attr: Tensor, rast: Tensor, tri: Tensor) -> tuple[Tensor, Tensor]:
    needs(attr, rast, tri)
    triangle = rast[..., 3].int() - 1
    share0, share1 = rast[..., 0], rast[..., 1]
    shares = torch.stack((share0, share1, 1 - share0 - share1), 1)
    found = reference.interpolate(triangle, shares, tri, attr)
    return found.permute(0, 2, 3, 1), attr.new_empty(*rast.shape[:3], 0)


def texture(tex: Tensor, uv: Tensor, *, filter_mode: str, boundary_mode: str) -> Tensor:
    needs(tex, uv)
    assert (filter_mode, boundary_mode) == ("linear", "clamp")
    return sample(tex.permute(0, 3, 1, 2), uv.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


def blend(color: Tensor, rast: Tensor, pos: Tensor, tri: Tensor) -> Tensor:
    needs(color, rast, pos, tri)
    triangle = rast[..., 3].int() - 1
    nothing = rast[:, :0].permute(0, 3, 1, 2)
    depth = torch.where(triangle >= 0, -rast[..., 2], -torch.inf)
    seen = Fragments(triangle, nothing, depth, nothing, nothing, nothing)
    mesh = mesh_of(pos, tri, rast.shape[1:3])
    return antialias(color.permute(0, 3, 1, 2), seen, mesh, neighbours(tri)).permute(0, 2, 3, 1)


@pytest.fixture(autouse=True)
def nvdiffrast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed."""
    module = ModuleType("nvdiffrast.torch")
    operations = {
        "RasterizeCudaContext": Context,
        "rasterize": rasterize,
        "interpolate": interpolate,
        "texture": texture,
        "antialias": blend,
    }
    for name, operation in operations.items():
        setattr(module, name, operation)
    monkeypatch.setitem(sys.modules, "nvdiffrast", ModuleType("nvdiffrast"))
    monkeypatch.setitem(sys.modules, "nvdiffrast.torch", module)
