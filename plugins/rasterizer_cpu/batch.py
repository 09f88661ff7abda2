"""The numba kernels over a batch of frames, on several threads."""

from functools import partial

import attrs
import numpy as np
import torch
from torch import Tensor

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh, check_attributes
from visemix.plugins.rasterizer_cpu.bands import Band, bands_of, each_frame, run
from visemix.plugins.rasterizer_cpu.clipping import rasterize_clipped
from visemix.plugins.rasterizer_cpu.compiled import Floats, Ints, Planes, View
from visemix.plugins.rasterizer_cpu.interpolation import interpolate, vertex_normals
from visemix.plugins.rasterizer_cpu.kernels import rasterize
from visemix.plugins.rasterizer_cpu.snapping import project


def draw(
    mesh: Mesh,
    attributes: Tensor,
    masks: Tensor | None = None,
    *,
    threads: int = 1,
    keep: bool = True,
) -> Fragments:
    """Rasterise every frame and mix the vertex attributes.

    Args:
        mesh: what to draw; used as float32.
        attributes: [1, V, C] or [T, V, C]; C may be 0.
        masks: [1, V, M] or [T, V, M], more attributes; None for none.
        threads: at most so many at once.
        keep: whether triangles, shares and depth are wanted too. Without them less memory is
            written.

    Returns:
        float32 fragments.

    Raises:
        InvalidValue: the attributes are not one row per vertex of the mesh.
    """
    masks = attributes[..., :0] if masks is None else masks
    check_attributes(mesh, attributes)
    check_attributes(mesh, masks)
    batch = _Batch.of(mesh, attributes, masks, keep)
    size = (len(mesh.vertices), mesh.height, mesh.width)
    run([partial(batch.draw, band) for band in bands_of(size, len(mesh.triangles), threads)])
    return batch.out


@attrs.frozen(eq=False)
class _Batch:
    """Inputs and outputs of one call, as the kernels want them."""

    vertices: Floats
    triangles: Ints
    view: View
    attributes: Floats
    masks: Floats
    size: tuple[int, int]
    out: Fragments

    @staticmethod
    def of(mesh: Mesh, attributes: Tensor, masks: Tensor, keep: bool) -> "_Batch":
        size = (mesh.height, mesh.width)
        frames, kept = len(mesh.vertices), size if keep else (0, 0)
        return _Batch(
            vertices=_floats(mesh.vertices),
            triangles=mesh.triangles.contiguous().numpy(),
            view=View(_floats(mesh.matrix), mesh.near, mesh.cull),
            attributes=_floats(attributes),
            masks=_floats(masks),
            size=size,
            out=Fragments(
                triangle=torch.empty(frames, *kept, dtype=torch.int32),
                shares=torch.empty(frames, 2, *kept),
                depth=torch.empty(frames, *kept),
                values=torch.empty(frames, attributes.shape[-1], *size),
                masks=torch.empty(frames, masks.shape[-1], *size),
                coverage=torch.empty(frames, 1, *size),
            ),
        )

    def draw(self, band: Band) -> None:
        """Do the work of one thread."""
        screen = np.empty((self.vertices.shape[1], 4), np.int32)
        rows = slice(band.top, band.bottom)
        spare = _spare_planes(band, self.size[1])
        for t in range(band.start, band.stop):
            planes = self._planes(t, band) if self.out.depth.numel() else spare
            planes.triangle.fill(-1)
            planes.depth.fill(-np.inf)
            project(self.vertices[t], self.view, screen)
            if rasterize(screen, self.triangles, self.view.cull, planes):
                rasterize_clipped(self.vertices[t], screen, self.triangles, self.view, planes)
            coverage = self.out.coverage[t, 0, rows].numpy()
            attributes = self.attributes[t % len(self.attributes)]
            values = self.out.values[t, :, rows].numpy()
            interpolate(planes, self.triangles, attributes, values, coverage)
            if self.masks.shape[-1]:
                attributes = self.masks[t % len(self.masks)]
                values = self.out.masks[t, :, rows].numpy()
                interpolate(planes, self.triangles, attributes, values, coverage)

    def _planes(self, frame: int, band: Band) -> Planes:
        rows = slice(band.top, band.bottom)
        share0, share1 = self.out.shares[frame, :, rows].numpy()
        triangle = self.out.triangle[frame, rows].numpy()
        return Planes(triangle, share0, share1, self.out.depth[frame, rows].numpy(), band.top)


def _spare_planes(band: Band, width: int) -> Planes:
    shape = (band.bottom - band.top, width)
    floats = np.empty((3, *shape), np.float32)
    return Planes(np.empty(shape, np.int32), floats[0], floats[1], floats[2], band.top)


def normals(vertices: Tensor, triangles: Tensor, *, threads: int = 1) -> Tensor:
    """Unit vertex normals of every frame.

    Args:
        vertices: [T, V, 3], y up.
        triangles: [F, 3] int32, in range; those that are not finite are left out.
        threads: at most so many at once, some frames each.

    Returns:
        [T, V, 3] float32; 0 for a vertex of no triangle with an area.
    """
    found = torch.empty(vertices.shape, dtype=torch.float32)
    corners, points, into = triangles.contiguous().numpy(), _floats(vertices), found.numpy()

    def work(frame: int) -> None:
        vertex_normals(points[frame], corners, into[frame])

    each_frame(work, (len(points), len(corners)), threads)
    return found


def _floats(tensor: Tensor) -> Floats:
    return tensor.detach().to(torch.float32).contiguous().numpy()
