"""MeshRenderer: everything between a geometry and its Rendering but the drawing itself."""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path

import attrs
import torch
from torch import Tensor

from visemix.core.drawing.antialias import antialias, neighbours
from visemix.core.drawing.appearance import Appearance
from visemix.core.drawing.fragments import PIXEL_MAPS, Fragments, pixel_map
from visemix.core.drawing.landmark_map import LANDMARK_MAP, landmark_map
from visemix.core.drawing.memory import explains_memory
from visemix.core.drawing.mesh import Mesh
from visemix.core.drawing.normals import normals
from visemix.core.drawing.places import check_devices, geometry_on, lies_on, rendering_on
from visemix.core.drawing.texture import read_texture, sample
from visemix.core.drawing.view import nearest_w, view_matrix
from visemix.core.errors import InvalidValue
from visemix.core.interfaces import Renderer
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.rendering import Rendering


class MeshRenderer(Renderer):
    """Draws a mesh with its light and named maps.

    The picture shows the texture if there is one, else the vertex colours, both in the geometry's
    light; with neither it shows the texture coordinates as red and green, unlit, and without those
    a white face.

    Args:
        maps: which maps to make: "triangle", "barycentric", "depth" (0 where nothing is drawn),
            "landmarks" (the geometry's, as white lines), and any mask of the geometry, such as
            "eye_attention".
        shade: whether to draw the picture; if not, ``rgb`` has no pixels.
        cull: leave out triangles that turn their back.
        hard_masks: make masks 0 or 1 instead of fading over the triangles at their rim.
        texture: picture file to wrap over the mesh by its uv.
        antialias: blend picture, coverage and masks across silhouettes, which gives them a
            gradient by where the mesh ends; see ``core.drawing.antialias``.

    Raises:
        MediaError: the texture cannot be read.
    """

    place: torch.device | None = None
    """Where it draws; None: where the geometry lies."""

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
        self.maps = tuple(maps)
        self.shade = shade
        self.cull = cull
        self.hard_masks = hard_masks
        self.texture = read_texture(Path(texture)) if str(texture) else None
        self.antialias = antialias
        self._neighbours = _Neighbours()

    @abstractmethod
    def draw(self, mesh: Mesh, attributes: Tensor, masks: Tensor) -> Fragments:
        """Rasterise ``mesh`` and mix its vertex attributes [1 or T, V, C] and masks [1, V, M]."""

    def normals(self, vertices: Tensor, triangles: Tensor) -> Tensor:
        """Unit vertex normals [T, V, 3]; see ``core.drawing.normals``."""
        return normals(vertices, triangles)

    def look_up(self, texture: Tensor, uv: Tensor) -> Tensor:
        """Texture [1, 3, h, w] at uv [T, 2, H, W]; see ``core.drawing.texture.sample``."""
        return sample(texture, uv)

    def render(self, geometry: FaceGeometry) -> Rendering:
        """Draw every frame, and leave the Rendering where the geometry lies.

        Raises:
            InvalidValue: a wanted map is neither a pixel map nor a mask of the geometry, a triangle
                names a vertex that does not exist, the geometry is spread over devices, or it has
                no landmarks to draw.
            VisemixError: there is not enough memory.
        """
        check_devices(geometry)
        home = geometry.vertices.device
        with explains_memory(type(self).__name__):
            if self.place is None or lies_on(home, self.place):
                return self._rendered(geometry)
            return rendering_on(self._rendered(geometry_on(geometry, self.place)), home)

    def _rendered(self, geometry: FaceGeometry) -> Rendering:
        mesh = self.mesh_of(geometry)
        fragments, rgb = self.paint(geometry, mesh, self.masks_of(geometry))
        if self.antialias:
            fragments, rgb = self._smoothed(fragments, rgb, mesh)
        return Rendering(
            rgb=rgb,
            alpha=fragments.coverage,
            crop=geometry.crop,
            fps=geometry.fps,
            landmarks=geometry.landmarks,
            maps=self._maps(fragments, geometry),
        )

    def paint(self, geometry: FaceGeometry, mesh: Mesh, masks: Tensor) -> tuple[Fragments, Tensor]:
        """Draw the mesh, its masks and the picture; a part that can do it in one go overrides this.

        Args:
            geometry: gives colours, texture coordinates and light.
            mesh: made of it by ``mesh_of``.
            masks: [1, V, M], made of it by ``masks_of``.

        Returns:
            The fragments, whose ``values`` nobody reads any more (they may be empty), and the
            picture [T, 3, H, W] float32 in [0, 1], H = W = 0 without ``shade``.
        """
        if not self.shade:
            no_picture = mesh.vertices.new_zeros(len(mesh.vertices), 3, 0, 0)
            return self.draw(mesh, masks[..., :0], masks), no_picture
        paint = Appearance.of(geometry, self.normals, self._texture_on(mesh.vertices.device))
        fragments = self.draw(mesh, paint.attributes, masks)
        return fragments, paint.rgb(fragments.values, self.look_up)

    def smooth(self, pictures: Tensor, fragments: Fragments, mesh: Mesh) -> Tensor:
        """Blend pictures [T, C, H, W] across silhouettes; see ``core.drawing.antialias``."""
        return antialias(pictures, fragments, mesh, self.neighbours(mesh.triangles))

    def neighbours(self, triangles: Tensor) -> Tensor:
        """``core.drawing.antialias.neighbours``, found once while the triangles stay the same."""
        return self._neighbours.of(triangles)

    def _smoothed(self, fragments: Fragments, rgb: Tensor, mesh: Mesh) -> tuple[Fragments, Tensor]:
        parts = [fragments.coverage, fragments.masks, *([rgb] if self.shade else [])]
        sizes = [part.shape[1] for part in parts]
        together = self.smooth(torch.cat(parts, 1), fragments, mesh).clamp(0, 1)
        smoothed = torch.split(together, sizes, 1)
        made = attrs.evolve(fragments, coverage=smoothed[0], masks=smoothed[1])
        return made, smoothed[2] if self.shade else rgb

    def mesh_of(self, geometry: FaceGeometry) -> Mesh:
        """What is to be drawn, without its looks."""
        camera = geometry.camera
        return Mesh(
            vertices=geometry.vertices,
            triangles=geometry.triangles,
            matrix=view_matrix(camera).to(geometry.vertices.device),
            height=camera.height,
            width=camera.width,
            near=nearest_w(camera),
            cull=self.cull,
        )

    def masks_of(self, geometry: FaceGeometry) -> Tensor:
        """[1, V, M], the vertex weights of the wanted masks.

        Raises:
            InvalidValue: the geometry lacks one, or it is not one weight per vertex.
        """
        weights, count = geometry.masks.weights, geometry.vertices.shape[1]
        for name in self.mask_names:
            if name not in weights:
                known = ", ".join((*PIXEL_MAPS, LANDMARK_MAP, *weights))
                do = f"choose from {known}, or use a face model that has it"
                raise InvalidValue(f"the geometry has no mask {name!r}", where="maps", do=do)
            found = weights[name]
            if found.shape != (count,) or found.dtype != torch.float32:
                what = f"expected [{count}] torch.float32, got {[*found.shape]} {found.dtype}"
                raise InvalidValue(what, where=f"FaceGeometry.masks[{name!r}]")
        if not self.mask_names:
            return geometry.vertices.new_empty(1, count, 0)
        return torch.stack([weights[name] for name in self.mask_names], -1)[None]

    @property
    def mask_names(self) -> list[str]:
        """The wanted maps that are masks of the geometry."""
        return [name for name in self.maps if name not in (*PIXEL_MAPS, LANDMARK_MAP)]

    @property
    def keeps_pixels(self) -> bool:
        """Whether triangles, shares and depth of the fragments are read."""
        return self.antialias or any(name in PIXEL_MAPS for name in self.maps)

    def _texture_on(self, device: torch.device) -> Tensor | None:
        return None if self.texture is None else self.texture.to(device)

    def _maps(self, fragments: Fragments, geometry: FaceGeometry) -> dict[str, Tensor]:
        masked = fragments.masks
        if self.hard_masks:
            masked = (masked >= 0.5).to(torch.float32)
        made = {name: masked[:, k : k + 1] for k, name in enumerate(self.mask_names)}
        if LANDMARK_MAP in self.maps:
            made[LANDMARK_MAP] = landmark_map(geometry)
        triangles = len(geometry.triangles)
        return {
            name: made[name] if name in made else pixel_map(name, fragments, triangles)
            for name in self.maps
        }


class _Neighbours:
    """``neighbours`` of the mesh seen last: its topology rarely changes."""

    def __init__(self) -> None:
        self._seen: tuple[Tensor, int, Tensor] | None = None

    def of(self, triangles: Tensor) -> Tensor:
        if triangles.is_inference():  # nobody counts how often it is written into
            return neighbours(triangles)
        if self._seen and self._seen[0] is triangles and self._seen[1] == triangles._version:
            return self._seen[2]
        self._seen = (triangles, triangles._version, neighbours(triangles))
        return self._seen[2]
