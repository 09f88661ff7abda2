"""``rasterizer-nvdiffrast``: the operations of the library behind the renderer's settings."""

from typing import Any

import torch
from torch import Tensor

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh, check_attributes
from visemix.core.drawing.mesh_renderer import MeshRenderer
from visemix.core.errors import InvalidValue
from visemix.plugins.rasterizer_nvdiffrast.clip_space import clip_corners, left_out, without
from visemix.plugins.rasterizer_nvdiffrast.library import find_library, need_device

MOST_TRIANGLES = (1 << 24) - 1
"""The library gives the number of a triangle, plus 1, as a float32."""


class RasterizerNvdiffrast(MeshRenderer):
    """Draws with nvdiffrast on a GPU; what it makes comes back to where the geometry is.

    Args:
        device: where to draw: "cuda", or "cuda:1" and so on.
        settings: see MeshRenderer.

    Raises:
        PluginError: the library is not installed, or there is no GPU.
        MediaError: the texture cannot be read.
    """

    def __init__(self, *, device: str = "cuda", **settings: Any) -> None:
        super().__init__(**settings)
        need_device(device)
        self.place = torch.device(device)
        self._library = find_library()
        self._context: object = None

    def draw(self, mesh: Mesh, attributes: Tensor, masks: Tensor) -> Fragments:
        """Rasterise and interpolate; differentiable by vertices, matrix, attributes and masks.

        Raises:
            InvalidValue: there are more triangles than the library can number.
        """
        check_attributes(mesh, attributes)
        check_attributes(mesh, masks)
        if len(mesh.triangles) > MOST_TRIANGLES:
            what = f"nvdiffrast can draw {MOST_TRIANGLES} triangles, not {len(mesh.triangles)}"
            raise InvalidValue(what, where="Mesh.triangles", do="use a coarser mesh")
        if not (len(mesh.vertices) and len(mesh.triangles)):
            return _nothing(mesh, attributes.shape[-1], masks.shape[-1])
        seen = self._seen(mesh)
        depth = mesh.homogeneous()[..., 2:3]
        frames = max(len(attributes), len(masks), len(depth))
        parts = [x.expand(frames, -1, -1) for x in (attributes, masks, depth)]
        looks = torch.cat(parts, -1).to(torch.float32).contiguous()
        mixed, _ = self._library.interpolate(looks, seen, mesh.triangles.contiguous())
        sizes = [attributes.shape[-1], masks.shape[-1], 1]
        values, masked, depth = torch.split(mixed.permute(0, 3, 1, 2), sizes, 1)
        covered = seen[..., 3] > 0
        return Fragments(
            triangle=seen[..., 3].detach().to(torch.int32) - 1,
            shares=seen[..., :2].permute(0, 3, 1, 2),
            depth=depth[:, 0].where(covered, -torch.inf),
            values=values,
            masks=masked,
            coverage=covered.to(torch.float32)[:, None],
        )

    def smooth(self, pictures: Tensor, fragments: Fragments, mesh: Mesh) -> Tensor:
        """The library's own antialiasing; see ``MeshRenderer.smooth``."""
        if not (len(mesh.vertices) and len(mesh.triangles)):
            return pictures
        away = -fragments.depth.where(fragments.triangle >= 0, 0)
        shares = fragments.shares.unbind(1)
        seen = torch.stack((*shares, away, (fragments.triangle + 1).to(away)), -1).detach()
        colours = pictures.permute(0, 2, 3, 1).contiguous()
        corners, triangles = clip_corners(mesh).contiguous(), mesh.triangles.contiguous()
        return self._library.antialias(colours, seen, corners, triangles).permute(0, 3, 1, 2)

    def look_up(self, texture: Tensor, uv: Tensor) -> Tensor:
        """The library's own texture lookup; see ``MeshRenderer.look_up``."""
        tex, at = (x.permute(0, 2, 3, 1).contiguous() for x in (texture, uv))
        found = self._library.texture(tex, at, filter_mode="linear", boundary_mode="clamp")
        return found.permute(0, 3, 1, 2)

    def _seen(self, mesh: Mesh) -> Tensor:
        """[T, H, W, 4], share 0, share 1, z / w and the number of the triangle plus 1."""
        if self._context is None:
            self._context = self._library.RasterizeCudaContext(device=str(self.place))
        corners, triangles = clip_corners(mesh), mesh.triangles
        out = left_out(mesh)
        if out.any():
            corners, triangles = without(corners, triangles, out)
        size = (mesh.height, mesh.width)
        seen, _ = self._library.rasterize(
            self._context, corners.contiguous(), triangles.contiguous(), size
        )
        return seen


def _nothing(mesh: Mesh, channels: int, masks: int) -> Fragments:
    """Empty pictures: the library takes no empty meshes."""
    frames, size = len(mesh.vertices), (mesh.height, mesh.width)
    zeros = mesh.vertices.new_zeros
    return Fragments(
        triangle=torch.full((frames, *size), -1, dtype=torch.int32, device=mesh.vertices.device),
        shares=zeros(frames, 2, *size),
        depth=mesh.vertices.new_full((frames, *size), -torch.inf),
        values=zeros(frames, channels, *size),
        masks=zeros(frames, masks, *size),
        coverage=zeros(frames, 1, *size),
    )
