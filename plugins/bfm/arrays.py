"""Reads the user's Basel Face Model: the arrays of Deep3DFaceReconstruction's front face.

``BFM_model_front.mat``, or an npz with the same names:

| name | shape | meaning |
|---|---|---|
| meanshape | 3V numbers | mean face, decimetres, not recentred |
| idBase | [3V, 80] | identity, already times its standard deviation |
| exBase | [3V, 64] | expression, likewise |
| meantex | 3V numbers | mean colour, 0 to 255 |
| texBase | [3V, 80] | colour, already times its standard deviation |
| tri | [F, 3] | triangles, counted from 1 |
| keypoints | 68 numbers | vertices of the 68 points of the iBUG markup, counted from 1 |

V is 35,709 and F is 70,789 in the published file; any other numbers are taken as well.
"""

from collections.abc import Mapping
from pathlib import Path

import attrs
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.io import loadmat
from scipy.io.matlab import MatReadError
from torch import Tensor

from visemix.core.errors import InvalidValue

IDENTITIES, EXPRESSIONS, TEXTURES, KEYPOINTS = 80, 64, 80, 68

HDF5_MAT = b"MATLAB 7.3"

NAMES = ("meanshape", "idBase", "exBase", "meantex", "texBase", "tri", "keypoints")

WHERE = (
    "make BFM_model_front.mat from the Basel Face Model 2009, as Deep3DFaceReconstruction does, "
    "(https://faces.dmi.unibas.ch/bfm/, its licence has to be signed and allows research that is "
    "not commercial only) and give the file as the face model's setting 'model'; "
    "'model: synthetic' is a made-up stand-in for tests"
)


@attrs.frozen(eq=False)
class BfmArrays:
    """The model, recentred; V vertices.

    Attributes:
        mean: [V, 3] model units, around its own centre.
        centre: [3] what recentring took away.
        identity: [80, V, 3].
        expression: [64, V, 3].
        albedo: [V, 3] in [0, 1].
        texture: [80, V, 3].
        triangles: [F, 3] int32, counted from 0.
        keypoints: 68 vertices, counted from 0.
    """

    mean: Tensor
    centre: Tensor
    identity: Tensor
    expression: Tensor
    albedo: Tensor
    texture: Tensor
    triangles: Tensor
    keypoints: tuple[int, ...]


def read_bfm(path: Path) -> BfmArrays:
    """The model in a .mat or .npz.

    Raises:
        InvalidValue: it is missing, incomplete or something else.
    """
    if not path.is_file():
        raise InvalidValue("there is no such file", where=path, do=WHERE)
    with path.open("rb") as file:
        if file.read(len(HDF5_MAT)) == HDF5_MAT:
            do = "save it with MATLAB's option '-v7' or as an npz"
            raise InvalidValue("it is in MATLAB's format 7.3, which is not read", where=path, do=do)
    try:
        if path.suffix.lower() == ".npz":
            with np.load(path, allow_pickle=False) as stored:
                found = {name: stored[name] for name in NAMES if name in stored}
        else:
            found = loadmat(path, variable_names=NAMES)
    except (OSError, ValueError, MatReadError) as e:
        raise InvalidValue(f"it cannot be read: {e}", where=path, do=WHERE) from None
    return parse(found, path)


def parse(found: Mapping[str, NDArray[np.generic]], where: object) -> BfmArrays:
    """The model in arrays of these names.

    Raises:
        InvalidValue: an array is missing or does not have the shape that it must have.
    """
    for name in NAMES:
        if name not in found:
            raise InvalidValue(f"it has no array {name!r}", where=where, do=WHERE)
    shape = _floats(found["meanshape"]).reshape(-1, 3)
    count = len(shape)
    centre = shape.mean(0)
    triangles = torch.from_numpy(np.asarray(found["tri"]).astype(np.int64)) - 1
    points = np.asarray(found["keypoints"]).astype(np.int64).reshape(-1) - 1
    _check("tri", triangles.ndim == 2 and triangles.shape[1:] == (3,), "[F, 3]", where)
    _check("tri", _within(triangles, count), f"numbers from 1 to {count}", where)
    _check("keypoints", len(points) == KEYPOINTS, f"{KEYPOINTS} numbers", where)
    _check("keypoints", _within(torch.from_numpy(points), count), f"1 to {count}", where)
    return BfmArrays(
        shape - centre,
        centre,
        _basis(found, "idBase", (count, IDENTITIES), where),
        _basis(found, "exBase", (count, EXPRESSIONS), where),
        (_basis(found, "meantex", (count, 1), where)[0] / 255).clamp(0, 1),
        _basis(found, "texBase", (count, TEXTURES), where) / 255,
        triangles.int(),
        tuple(int(p) for p in points),
    )


def _basis(
    found: Mapping[str, NDArray[np.generic]], name: str, size: tuple[int, int], where: object
) -> Tensor:
    """[K, V, 3] of an array [3V, K]."""
    vertices, columns = size
    numbers = _floats(found[name])
    if columns == 1:
        numbers = numbers.reshape(-1, 1)
    fine = numbers.shape == (3 * vertices, columns)
    _check(name, fine, f"[{3 * vertices}, {columns}], got {list(numbers.shape)}", where)
    return numbers.T.reshape(columns, vertices, 3).contiguous()


def _floats(numbers: NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(np.asarray(numbers).astype(np.float32))


def _within(index: Tensor, count: int) -> bool:
    return bool(((index >= 0) & (index < count)).all())


def _check(name: str, fine: bool, expected: str, where: object) -> None:
    if not fine:
        raise InvalidValue(f"array {name!r}: expected {expected}", where=where, do=WHERE)
