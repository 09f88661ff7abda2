"""``rasterizer-cuda``: a geometry's mesh, drawn on the GPU."""

from collections.abc import Sequence
from pathlib import Path

import attrs
import torch
from torch import Tensor

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh, check_attributes
from visemix.core.drawing.mesh_renderer import MeshRenderer
from visemix.core.values.geometry import FaceGeometry
from visemix.plugins.rasterizer_cuda import painting_ops, picture_ops, vertex_ops
from visemix.plugins.rasterizer_cuda.launch import launcher_of
from visemix.plugins.rasterizer_cuda.ops import Meshes, Pixels
from visemix.plugins.rasterizer_cuda.painting_ops import How, Paint
from visemix.plugins.rasterizer_cuda.vertex_ops import wants_gradient

GPU = torch.device("cuda")
"""The one that is current."""


class RasterizerCuda(MeshRenderer):
    """Draws on a GPU, forward and backward; the same input always gives the same bits.

    A geometry that lies in main memory is moved to the GPU, and its Rendering back.

    Args:
        maps: as for ``MeshRenderer``.
        shade: as for it.
        cull: as for it.
        hard_masks: as for it.
        texture: as for it.
        antialias: as for it.

    Raises:
        VisemixError: there is no GPU, or what is needed to use it is not installed.
        MediaError: the texture cannot be read.
    """

    place: torch.device | None = GPU

    def __init__(
        self,
        *,
        maps: Sequence[str] = (),
        shade: bool = True,
        cull: bool = False,
        hard_masks: bool = False,
        texture: str | Path = "",
        antialias: bool = False,
    ) -> None:
        super().__init__(
            maps=maps, shade=shade, cull=cull, hard_masks=hard_masks, texture=texture,
            antialias=antialias,
        )  # fmt: skip
        gpu = ready(self.place or GPU)
        if self.texture is not None:
            self.texture = self.texture.to(gpu).contiguous()

    def paint(self, geometry: FaceGeometry, mesh: Mesh, masks: Tensor) -> tuple[Fragments, Tensor]:
        """In one go unless something wants a gradient, or the picture is of texture coordinates."""
        inputs = (mesh.vertices, masks, geometry.uv, geometry.colors, geometry.light)
        if not self.shade or wants_gradient(*inputs):
            return super().paint(geometry, mesh, masks)
        texture = self._texture_on(mesh.vertices.device)
        if texture is None and geometry.colors is None and geometry.uv is not None:
            return super().paint(geometry, mesh, masks)
        if texture is not None and geometry.uv is None:
            return super().paint(geometry, mesh, masks)  # explains what is missing
        color = _lit(geometry, mesh, with_colors=texture is None)
        how = How(mesh.near, mesh.cull, keep_pixels=self.keeps_pixels)
        uv = geometry.uv.contiguous() if texture is not None and geometry.uv is not None else None
        look = Paint(color, masks.contiguous(), texture, uv)
        made = painting_ops.draw(_meshes(mesh), (mesh.height, mesh.width), look, how)
        return _fragments(made), made.picture

    def draw(self, mesh: Mesh, attributes: Tensor, masks: Tensor) -> Fragments:
        """Rasterise and interpolate, in one go unless something wants a gradient."""
        check_attributes(mesh, attributes)
        check_attributes(mesh, masks)
        paint = Paint(attributes.contiguous(), masks.contiguous())
        how = How(mesh.near, mesh.cull, clamp=False, keep_pixels=self.keeps_pixels)
        made = painting_ops.draw(_meshes(mesh), (mesh.height, mesh.width), paint, how)
        return attrs.evolve(_fragments(made), values=made.picture)

    def normals(self, vertices: Tensor, triangles: Tensor) -> Tensor:
        """See ``vertex_ops.normals``."""
        return vertex_ops.normals(vertices.contiguous(), triangles.contiguous())

    def look_up(self, texture: Tensor, uv: Tensor) -> Tensor:
        """See ``picture_ops.texture``."""
        return picture_ops.texture(texture.contiguous(), uv.contiguous())

    def smooth(self, pictures: Tensor, fragments: Fragments, mesh: Mesh) -> Tensor:
        """See ``picture_ops.antialias``."""
        meshes = _meshes(mesh)
        pixels = Pixels(fragments.triangle, fragments.shares, fragments.depth, meshes, mesh.near)
        return picture_ops.antialias(pictures.contiguous(), pixels, meshes)


def ready(device: torch.device) -> torch.device:
    """The device with its index, if kernels can run there.

    Raises:
        VisemixError: they cannot.
    """
    if device.type == "cuda" and device.index is None and torch.cuda.is_available():
        device = torch.device("cuda", torch.cuda.current_device())
    launcher_of(device)
    return device


def _meshes(mesh: Mesh) -> Meshes:
    return Meshes(mesh.vertices.contiguous(), mesh.triangles.contiguous(), mesh.matrix.contiguous())


def _lit(geometry: FaceGeometry, mesh: Mesh, *, with_colors: bool) -> Tensor:
    """[1 or T, V, 3]: colours in light, or one of them, or white."""
    colors = geometry.colors if with_colors else None
    if geometry.light is not None:
        meshes = _meshes(mesh)
        own = None if colors is None else colors.contiguous()
        light = geometry.light.contiguous()
        return vertex_ops.light_vertices(meshes.vertices, meshes.triangles, light, own)
    if colors is not None:
        return colors[None].contiguous()
    return mesh.vertices.new_ones(1, mesh.vertices.shape[1], 3)


def _fragments(made: painting_ops.Painted) -> Fragments:
    return Fragments(
        triangle=made.triangle,
        shares=made.shares,
        depth=made.depth,
        values=made.picture[:, :0],
        masks=made.masks,
        coverage=made.coverage,
    )
