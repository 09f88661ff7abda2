"""Renderers: a geometry's mesh, drawn on the CPU."""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.interfaces import Renderer
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.rendering import Rendering
from visemix.plugins.rasterizer_cpu import batch, reference
from visemix.plugins.rasterizer_cpu.appearance import Appearance, read_texture
from visemix.plugins.rasterizer_cpu.mesh import Fragments, Mesh, nearest_w, view_matrix

PIXEL_MAPS = ("triangle", "barycentric", "depth")
"""Maps that every geometry has; the others are masks."""

EXACT_IN_FLOAT32 = 1 << 24


class MeshRenderer(Renderer):
    """Draws a mesh with its light and named maps.

    The picture shows the texture if there is one, else the vertex colours, both in the geometry's
    light; with neither it shows the texture coordinates as red and green, unlit, and without those
    a white face.

    Args:
        maps: which maps to make: "triangle", "barycentric", "depth" (0 where nothing is drawn),
            and any mask of the geometry, such as "eye_attention".
        shade: whether to draw the picture; if not, ``rgb`` has no pixels.
        cull: leave out triangles that turn their back.
        hard_masks: make masks 0 or 1 instead of fading over the triangles at their rim.
        texture: picture file to wrap over the mesh by its uv.

    Raises:
        MediaError: the texture cannot be read.
    """

    def __init__(
        self,
        *,
        maps: Sequence[str] = (),
        shade: bool = True,
        cull: bool = False,
        hard_masks: bool = False,
        texture: str | Path = "",
    ) -> None:
        self.maps = tuple(maps)
        self.shade = shade
        self.cull = cull
        self.hard_masks = hard_masks
        self.texture = read_texture(Path(texture)) if str(texture) else None

    @abstractmethod
    def draw(self, mesh: Mesh, attributes: Tensor, masks: Tensor) -> Fragments:
        """Rasterise ``mesh`` and mix its vertex attributes [1 or T, V, C] and masks [1, V, M]."""

    @abstractmethod
    def normals(self, vertices: Tensor, triangles: Tensor) -> Tensor:
        """Unit vertex normals [T, V, 3]."""

    def render(self, geometry: FaceGeometry) -> Rendering:
        """Draw every frame.

        Raises:
            InvalidValue: a wanted map is neither a pixel map nor a mask of the geometry, or a
                triangle names a vertex that does not exist.
        """
        mesh = self._mesh(geometry)
        masks = self._masks(geometry)
        paint = (
            Appearance.of(geometry, self.normals, self.texture)
            if self.shade
            else Appearance(masks[..., :0])
        )
        fragments = self.draw(mesh, paint.attributes, masks)
        no_picture = torch.zeros(len(mesh.vertices), 3, 0, 0)
        return Rendering(
            rgb=paint.rgb(fragments.values) if self.shade else no_picture,
            alpha=fragments.coverage,
            crop=geometry.crop,
            fps=geometry.fps,
            landmarks=geometry.landmarks,
            maps=self._maps(fragments, len(geometry.triangles)),
        )

    def _mesh(self, geometry: FaceGeometry) -> Mesh:
        camera = geometry.camera
        return Mesh(
            vertices=geometry.vertices,
            triangles=geometry.triangles,
            matrix=view_matrix(camera),
            height=camera.height,
            width=camera.width,
            near=nearest_w(camera),
            cull=self.cull,
        )

    @property
    def _mask_names(self) -> list[str]:
        return [name for name in self.maps if name not in PIXEL_MAPS]

    def _masks(self, geometry: FaceGeometry) -> Tensor:
        """[1, V, M], the vertex weights of the wanted masks."""
        weights = geometry.masks.weights
        for name in self._mask_names:
            if name not in weights:
                known = ", ".join((*PIXEL_MAPS, *weights))
                do = f"choose from {known}, or use a face model that has it"
                raise InvalidValue(f"the geometry has no mask {name!r}", where="maps", do=do)
        if not self._mask_names:
            return torch.empty(1, geometry.vertices.shape[1], 0)
        return torch.stack([weights[name] for name in self._mask_names], -1)[None]

    def _maps(self, fragments: Fragments, triangles: int) -> dict[str, Tensor]:
        masked = fragments.masks
        if self.hard_masks:
            masked = (masked >= 0.5).to(torch.float32)
        masks = {name: masked[:, k : k + 1] for k, name in enumerate(self._mask_names)}
        return {
            name: masks[name] if name in masks else pixel_map(name, fragments, triangles)
            for name in self.maps
        }


def pixel_map(name: str, fragments: Fragments, triangles: int) -> Tensor:
    """One of PIXEL_MAPS as a Rendering holds it, [T, C, H, W] float32.

    Raises:
        InvalidValue: a triangle's number would not be exact.
    """
    if name == "barycentric":
        return fragments.shares.to(torch.float32)
    if name == "depth":
        depth = fragments.depth.to(torch.float32)[:, None]
        return depth.masked_fill(fragments.coverage == 0, 0)
    if triangles > EXACT_IN_FLOAT32:
        what = f"the map 'triangle' can number {EXACT_IN_FLOAT32} triangles, not {triangles}"
        raise InvalidValue(what, where="maps", do="use a coarser mesh")
    return fragments.triangle.to(torch.float32)[:, None]


class RasterizerCpu(MeshRenderer):
    """``rasterizer-cpu``: kernels compiled with numba, on as many threads as torch uses."""

    def draw(self, mesh: Mesh, attributes: Tensor, masks: Tensor) -> Fragments:
        """See ``batch.draw``."""
        keep = any(name in PIXEL_MAPS for name in self.maps)
        return batch.draw(mesh, attributes, masks, threads=torch.get_num_threads(), keep=keep)

    def normals(self, vertices: Tensor, triangles: Tensor) -> Tensor:
        """See ``batch.normals``."""
        return batch.normals(vertices, triangles)


class RasterizerReference(MeshRenderer):
    """``rasterizer-reference``: plain PyTorch, slow, differentiable, the oracle of the tests."""

    def draw(self, mesh: Mesh, attributes: Tensor, masks: Tensor) -> Fragments:
        """See ``reference.draw``."""
        return reference.draw(mesh, attributes, masks)

    def normals(self, vertices: Tensor, triangles: Tensor) -> Tensor:
        """See ``reference.normals``."""
        return reference.normals(vertices, triangles)
