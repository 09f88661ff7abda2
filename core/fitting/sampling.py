"""Colours of a picture at the vertices of a mesh, and which vertices it shows."""

import attrs
import torch
from torch import Tensor

from visemix.core.fitting.surface import vertex_normals
from visemix.core.interfaces import Renderer
from visemix.core.values.camera import Projection
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.subject import Picture

GRAZING = 0.2
"""Cosine between a normal and the viewer below which a colour is smeared over the skin."""

HIDDEN = 0.06
"""How far behind what is drawn at its place a hidden vertex lies, of the depth of the face."""


def sample_picture(picture: Tensor, points: Tensor) -> Tensor:
    """Colours [N, 3] of a picture [3, H, W] at points [N, 2] in its px, bilinear."""
    height, width = picture.shape[1:]
    grid = points / points.new_tensor([width, height]) * 2 - 1
    found = torch.nn.functional.grid_sample(
        picture[None], grid[None, None], padding_mode="border", align_corners=False
    )
    return found[0, :, 0].T


def colours_at(picture: Picture, geometry: FaceGeometry, frame: int) -> Tensor:
    """[V, 3] in [0, 1]: the full frame that ``geometry`` shows, at each projected vertex."""
    points = geometry.camera.project(geometry.vertices[frame])[:, :2]
    matrix = geometry.crop[frame]
    full = torch.linalg.solve(matrix[:, :2], (points - matrix[:, 2]).T).T
    pixels = torch.from_numpy(picture.copy()).permute(2, 0, 1).float() / 255
    return sample_picture(pixels, full)


def visible(geometry: FaceGeometry, frame: int, renderer: Renderer | None) -> Tensor:
    """[V] bool: vertices of a frame that face the viewer and are not hidden.

    Without a renderer only the normals say it.
    """
    vertices = geometry.vertices[frame]
    normals = vertex_normals(vertices, geometry.triangles)
    seen = (normals * _to_viewer(vertices, geometry)).sum(-1) > GRAZING
    if renderer is None:
        return seen
    depth, low, high = _depth_picture(geometry, frame, renderer)
    points = geometry.camera.project(vertices)[:, :2]
    drawn = sample_picture(depth, points)[:, 0] * (high - low) + low
    in_front = vertices[:, 2] > drawn - HIDDEN * (high - low)
    inside = (points >= 0).all(1) & (points < points.new_tensor(_size(geometry))).all(1)
    return seen & in_front & inside


def _to_viewer(vertices: Tensor, geometry: FaceGeometry) -> Tensor:
    if geometry.camera.projection is Projection.ORTHOGRAPHIC:
        return vertices.new_tensor([0.0, 0.0, 1.0])
    eye = vertices.new_tensor([0.0, 0.0, geometry.camera.distance])
    return torch.nn.functional.normalize(eye - vertices, dim=-1)


def _depth_picture(
    geometry: FaceGeometry, frame: int, renderer: Renderer
) -> tuple[Tensor, float, float]:
    """Depth painted on the mesh as its colour, for any renderer can draw that; and its range."""
    vertices = geometry.vertices[frame : frame + 1].detach()
    z = vertices[0, :, 2]
    low, high = float(z.min()), float(z.max())
    shade = ((z - low) / max(high - low, 1e-6)).clamp(0, 1)
    landmarks = geometry.landmarks
    painted = attrs.evolve(
        geometry,
        vertices=vertices,
        crop=geometry.crop[frame : frame + 1],
        landmarks=None if landmarks is None else landmarks[frame : frame + 1],
        colors=shade[:, None].expand(-1, 3).contiguous(),
        light=None,
    )
    with torch.no_grad():
        return renderer.render(painted).rgb[0], low, high


def _size(geometry: FaceGeometry) -> tuple[int, int]:
    return geometry.camera.width, geometry.camera.height
