"""The frontal frame t_M as a textured mesh: from tracked landmarks or a position-map network."""

from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.fitting.albedo import spread_to_unseen
from visemix.core.fitting.eye_attention import eye_attention
from visemix.core.fitting.landmarks_68 import EYES
from visemix.core.fitting.sampling import sample_picture, visible
from visemix.core.fitting.surface import vertex_areas, vertex_normals
from visemix.core.interfaces import Renderer
from visemix.core.subjects.cropped import crop_picture
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import Picture, ReferenceFrames
from visemix.plugins.rhythmic_head.dense_mesh import dense_mesh
from visemix.plugins.rhythmic_head.position_map import PositionMap, affine

MESHES = ("tracked", "position-map")

SLANT = 0.45
"""Cosine between a vertex' normal and the viewer below which the picture may show the background
there: the tracked outline is a pixel or two off."""


@attrs.frozen(eq=False)
class Frontal:
    """The frontal frame of a clip.

    Attributes:
        frame: its number.
        tracked: [478, 3] its landmarks without the head's motion, model units.
        landmarks: [68, 3] those of the markup among them.
        seen: [478, 3] where they are in the picture, full-frame px.
    """

    frame: int
    tracked: Tensor
    landmarks: Tensor
    seen: Tensor


@attrs.frozen(eq=False)
class Topology:
    """How the vertices hang together.

    Attributes:
        triangles: [F, 3] int32, counter-clockwise from outside.
        eyes: [V] float32, FACIAL's eye attention.
        uv: [V, 2] texture coordinates, where there are any.
    """

    triangles: Tensor
    eyes: Tensor
    uv: Tensor | None = None


class Unprojection(ABC):
    """Makes the mesh of the frontal frame."""

    @staticmethod
    def named(mesh: str, folder: Path, divisions: int) -> "Unprojection":
        """One of ``MESHES``.

        Raises:
            InvalidValue: a position map without a folder.
        """
        if mesh == MESHES[0]:
            return TrackedMesh(divisions)
        if folder == Path():
            do = f"set position_map, or mesh: {MESHES[0]}"
            raise InvalidValue("which folder has the network?", where="position_map", do=do)
        return MappedMesh(folder)

    @abstractmethod
    def mesh(self, frontal: Frontal, pictures: ReferenceFrames | None) -> Tensor:
        """Vertices [V, 3] without the head's motion, model units."""

    @abstractmethod
    def topology(self, vertices: Tensor) -> Topology:
        """How vertices [V, 3] that ``mesh`` made hang together.

        Raises:
            InvalidValue: they are those of another mesh.
        """


@attrs.frozen
class TrackedMesh(Unprojection):
    """The offline default: MediaPipe's mesh as it was tracked, finely divided.

    Attributes:
        divisions: how often every triangle becomes four.
    """

    divisions: int

    def mesh(self, frontal: Frontal, pictures: ReferenceFrames | None) -> Tensor:
        """See Unprojection."""
        del pictures
        return dense_mesh(self.divisions).vertices(frontal.tracked)

    def topology(self, vertices: Tensor) -> Topology:
        """See Unprojection."""
        mesh = dense_mesh(self.divisions)
        _check(vertices, len(mesh.uv))
        return Topology(mesh.triangles, mesh.eyes, mesh.uv)


@attrs.define(eq=False)
class MappedMesh(Unprojection):
    """The paper's: a network's dense mesh, moved onto the tracked landmarks by an affine map.

    Attributes:
        folder: see ``PositionMap.read``.
    """

    folder: Path
    _seen: tuple[Tensor, Topology] | None = None

    @cached_property
    def _map(self) -> PositionMap:
        return PositionMap.read(self.folder)

    def mesh(self, frontal: Frontal, pictures: ReferenceFrames | None) -> Tensor:
        """See Unprojection.

        Raises:
            InvalidValue: there are no pictures.
        """
        if pictures is None:
            what = "the position-map network needs the reference's pictures"
            raise InvalidValue(what, where="pictures", do=f"or set mesh: {MESHES[0]}")
        places = self._map.look(pictures[frontal.frame], frontal.seen)
        fitted = affine(places[self._map.landmarks], frontal.landmarks)
        return torch.nn.functional.pad(places, (0, 1), value=1.0) @ fitted

    def topology(self, vertices: Tensor) -> Topology:
        """See Unprojection."""
        if self._seen is None or self._seen[0] is not vertices:
            _check(vertices, len(self._map.face))
            triangles = self._map.facing(vertices)
            self._seen = vertices, Topology(triangles, self._eyes(vertices, triangles))
        return self._seen[1]

    def _eyes(self, vertices: Tensor, triangles: Tensor) -> Tensor:
        marks = vertices[self._map.landmarks]
        centres = torch.stack([marks[list(eye)].mean(0) for eye in EYES])
        return eye_attention(vertices, centres, vertex_areas(vertices, triangles))


def painted(
    geometry: FaceGeometry, picture: Picture, crop: Crop, renderer: Renderer | None
) -> Tensor:
    """Colours [V, 3] in [0, 1] of the vertices in a picture that ``geometry`` shows in frame 0.

    Vertices that the picture does not show, or only slantingly, get those of their neighbours.

    Args:
        geometry: one frame.
        picture: the full frame.
        crop: of the geometry.
        renderer: tells which vertices are hidden; without it only the normals do.
    """
    pixels = torch.tensor(crop_picture(picture, crop)).permute(2, 0, 1).float() / 255
    points = geometry.camera.project(geometry.vertices[0])[:, :2]
    upright = vertex_normals(geometry.vertices[0], geometry.triangles)[:, 2] > SLANT
    seen = visible(geometry, 0, renderer) & upright
    colours = sample_picture(pixels, points)
    return spread_to_unseen(colours, seen, geometry.triangles) if bool(seen.any()) else colours


def _check(vertices: Tensor, wanted: int) -> None:
    if len(vertices) != wanted:
        what = f"its mesh has {len(vertices)} vertices, this recipe's {wanted}"
        do = "prepare it again with this recipe"
        raise InvalidValue(what, where="Subject.fit", do=do)
