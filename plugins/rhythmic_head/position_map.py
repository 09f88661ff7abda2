"""A user's position-map network (PRNet): a picture of a face to a dense mesh."""

from pathlib import Path

import attrs
import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from visemix.core.errors import CheckpointError
from visemix.core.fitting.surface import facing_viewer
from visemix.core.subjects.cropped import crop_picture
from visemix.core.training.checkpoint import load_module, read_tensors
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import Picture
from visemix.plugins.rhythmic_head.position_network import HALVINGS, PositionMapNetwork

NETWORK, FACE, TRIANGLES, LANDMARKS = (
    "network.safetensors",
    "face_ind.txt",
    "triangles.txt",
    "uv_kpt_ind.txt",
)

SIZE = 256
"""Of the picture and of the map, px, unless the file's metadata say otherwise."""

PX = 1.1
"""What 1 of a position map is, in sides of the picture."""

MARGIN = 1.6
"""Side of the picture that the network looks at, in mean sides of the box around the landmarks."""


@attrs.frozen(eq=False)
class PositionMap:
    """The network with what its map means.

    Attributes:
        network: learned.
        face: [V] int64, places of the map (row by row) that are the face: the mesh's vertices.
        triangles: [F, 3] int32.
        landmarks: [68] int64, the vertices nearest, in the map, to the 68 landmarks.
        size: of picture and map, px.
    """

    network: PositionMapNetwork
    face: Tensor
    triangles: Tensor
    landmarks: Tensor
    size: int

    @staticmethod
    def read(folder: Path) -> "PositionMap":
        """What ``folder`` holds: the network's weights and PRNet's three index files.

        ``network.safetensors`` has the names and shapes of ``PositionMapNetwork``, of any width;
        its metadata may give "size". ``face_ind.txt``, ``triangles.txt`` and ``uv_kpt_ind.txt`` are
        as PRNet's authors publish them.

        Raises:
            CheckpointError: a file is missing, damaged, or does not fit the others.
        """
        network, size = _network(folder / NETWORK)
        face = _numbers(folder / FACE).reshape(-1)
        triangles = _numbers(folder / TRIANGLES).reshape(-1, 3)
        places = _numbers(folder / LANDMARKS).reshape(2, -1)
        for file, index, below in (
            (FACE, face, size * size),
            (TRIANGLES, triangles, len(face)),
            (LANDMARKS, places, size),
        ):
            if bool(((index < 0) | (index >= below)).any()):
                what = f"it has a number that is not from 0 to {below - 1}"
                raise CheckpointError(what, where=folder / file, do="use files that fit together")
        grid = torch.stack((face % size, face // size), 1).float()
        landmarks = torch.cdist(places.T.float(), grid).argmin(1)
        return PositionMap(network, face, triangles.int(), landmarks, size)

    @torch.no_grad()
    def look(self, picture: Picture, landmarks: Tensor) -> Tensor:
        """Vertices [V, 3] of the face in a picture, in px of the network's own look at it.

        Args:
            picture: full frame [H, W, 3] uint8.
            landmarks: [L, 2 or 3] tracked, full-frame px; say where the face is.
        """
        square = crop_picture(picture, _crop(landmarks, self.size))
        seen = torch.tensor(square).permute(2, 0, 1).float()[None] / 255
        places: Tensor = self.network(seen)[0].flatten(1).T[self.face]
        return PX * self.size * places

    def facing(self, vertices: Tensor) -> Tensor:
        """The triangles, turned outwards on a face [V, 3] with its nose along +z."""
        return facing_viewer(vertices, self.triangles)


def affine(source: Tensor, target: Tensor) -> Tensor:
    """[4, 3] least squares map with (source, 1) @ map = target, both [N, 3]."""
    rows = torch.nn.functional.pad(source, (0, 1), value=1.0).double()
    # The network's third coordinate may hardly vary; lstsq's default driver wants full rank.
    found: Tensor = torch.linalg.lstsq(rows, target.double(), driver="gelsd").solution
    return found.to(source)


def _crop(landmarks: Tensor, size: int) -> Crop:
    low, high = landmarks[:, :2].amin(0), landmarks[:, :2].amax(0)
    zoom = size / (MARGIN * float((high - low).mean()))
    corner = size / 2 - zoom * (low + high) / 2
    return Crop(torch.cat((zoom * torch.eye(2), corner[:, None]), 1), size, size)


def _network(path: Path) -> tuple[PositionMapNetwork, int]:
    weights = read_tensors(path)
    first = weights.get("first.convolution.weight")
    if first is None or first.ndim != 4:
        do = "convert them to the names of PositionMapNetwork"
        raise CheckpointError("these are not a position-map network's weights", where=path, do=do)
    with safe_open(path, "pt") as file:
        size = (file.metadata() or {}).get("size", str(SIZE))
    if not size.isdigit() or int(size) % (1 << HALVINGS) or int(size) == 0:
        what = f"its metadata give the size {size!r}, not a multiple of {1 << HALVINGS}"
        raise CheckpointError(what, where=path)
    network = PositionMapNetwork(width=len(first))
    load_module(network, weights, path)
    return network.eval().requires_grad_(False), int(size)


def _numbers(path: Path) -> Tensor:
    try:
        return torch.from_numpy(np.loadtxt(path, ndmin=2)).long()
    except (OSError, ValueError) as error:
        what, do = f"it holds no table of whole numbers ({error})", "use PRNet's uv-data"
        raise CheckpointError(what, where=path, do=do) from None
