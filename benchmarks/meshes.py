"""Meshes of the sizes that faces have, moving, in front of a camera."""

from collections.abc import Callable, Mapping
from importlib.resources import files

import attrs
import numpy as np
import torch
from torch import Tensor

from visemix.core.drawing.mesh import Mesh
from visemix.core.values.camera import Camera, Projection
from visemix.core.values.geometry import FaceGeometry, Masks

Shape = tuple[Tensor, Tensor]
"""Vertices [V, 3], y down and about zero, and triangles [F, 3] int32."""


def grid(edge: int) -> Shape:
    """A dome of edge x edge vertices."""
    line = torch.linspace(-1, 1, edge)
    y, x = torch.meshgrid(line, line, indexing="ij")
    dome = torch.stack((x, y, (1.6 - x**2 - y**2).clamp_min(0).sqrt()), -1)
    index = torch.arange(edge * edge, dtype=torch.int32).reshape(edge, edge)
    a, b, c, d = (index[i : edge - 1 + i, j : edge - 1 + j] for i in (0, 1) for j in (0, 1))
    cells = torch.stack((torch.stack((a, c, b), -1), torch.stack((b, c, d), -1)), 2)
    return dome.reshape(-1, 3), cells.reshape(-1, 3)


def canonical_face() -> Shape:
    """MediaPipe's face."""
    with (files("visemix.core.fitting") / "canonical_face.npz").open("rb") as file:
        data = np.load(file)
        vertices = torch.tensor(data["v"] * (1, -1, 1), dtype=torch.float32)
        triangles = torch.tensor(data["f"], dtype=torch.int32)
    return vertices - vertices.mean(0), triangles


SHAPES: Mapping[str, Callable[[], Shape]] = {
    "35,721 v / 70,688 t": lambda: grid(189),
    "9,409 v / 18,432 t": lambda: grid(97),
    "468 v / 898 t": canonical_face,
}


@attrs.frozen(eq=False)
class Scene:
    """What one call draws.

    Attributes:
        mesh: T frames.
        attributes: [1, V, 3].
    """

    mesh: Mesh
    attributes: Tensor

    @property
    def bytes_in(self) -> int:
        """What must be read at least once."""
        return sum(
            x.numel() * x.element_size()
            for x in (self.mesh.vertices, self.mesh.triangles, self.attributes)
        )


def scene(shape: Shape, frames: int, size: int, seed: int, device: str = "cpu") -> Scene:
    """The shape over four fifths of the picture, moved by up to a pixel in every frame."""
    vertices, triangles = shape
    scale = 0.4 * size / vertices[:, :2].abs().max()
    generator = torch.Generator().manual_seed(seed)
    moved = vertices * scale + size / 2 + torch.rand((frames, 1, 3), generator=generator)
    mesh = Mesh(
        moved.to(device), triangles.to(device), torch.eye(4, device=device), size, size, near=0.5
    )
    attributes = torch.rand(1, len(vertices), 3, generator=generator)
    return Scene(mesh, attributes.to(device))


def facial(shape: Shape, frames: int, size: int, seed: int, device: str = "cpu") -> FaceGeometry:
    """The same in perspective, with colours, light and an eye mask, as FACIAL draws its heads."""
    vertices, triangles = shape
    generator = torch.Generator().manual_seed(seed)
    # Seen from z = 10 with a focal length of 4 pictures, four fifths of the picture.
    model = vertices / vertices[:, :2].abs().max() * torch.tensor([1.0, -1.0, 1.0])
    turned = model + 0.02 * torch.rand((frames, 1, 3), generator=generator)
    centre = torch.full((2,), size / 2)
    camera = Camera(centre, Projection.PERSPECTIVE, size, size, focal=4.0 * size, distance=10.0)
    count = len(vertices)
    return FaceGeometry(
        vertices=turned.to(device),
        triangles=triangles.to(device),
        camera=camera,
        crop=torch.eye(2, 3).expand(frames, 2, 3),
        fps=25.0,
        colors=(0.2 + 0.6 * torch.rand(count, 3, generator=generator)).to(device),
        light=(0.1 * torch.rand(27, generator=generator)).to(device),
        masks=Masks({"eye_attention": (model[:, 1] > 0.4).float().to(device)}),
    )
