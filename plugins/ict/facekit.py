"""Reads the user's copy of the ICT-FaceKit: its folder of OBJ files, or one npz made of them.

FaceKit keeps ``generic_neutral_mesh.obj``, ``identity000.obj`` ... and one OBJ per expression in
the folder ``FaceXModel``, all with the same vertices, in cm; the first 9,409 are the face area. The
npz holds ``neutral`` [9409, 3], ``exp`` [57, 9409, 3] and ``idn`` [40, 9409, 3], differences from
the neutral shape.
"""

import itertools
from pathlib import Path

import attrs
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.plugins.ict.expressions import EXPRESSIONS

FACE_AREA = 9409
"""Vertices of FaceKit's "full face area", the first ones of every file."""

IDENTITIES = 40
"""Modes of identity that are read, the widest of 100."""

CM_PER_UNIT = 10.0

NEUTRAL = "generic_neutral_mesh"
INNER_FOLDER = "FaceXModel"

POINTS_68 = (
    *(1225, 1888, 1052, 367, 1719, 1722, 2199, 1447, 966, 3661, 4390, 3927, 3924, 2608, 3272),
    *(4088, 3443, 268, 493, 1914, 2044, 1401, 3615, 4240, 4114, 2734, 2509, 978, 4527, 4942),
    *(4857, 1140, 2075, 1147, 4269, 3360, 1507, 1542, 1537, 1528, 1518, 1511, 3742, 3751, 3756),
    *(3721, 3725, 3732, 5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518, 5957, 5841),
    *(5702, 5711, 5533, 6216, 6207, 6470, 5517, 5966),
)
"""Vertices of the 68 Multi-PIE points, as FaceKit documents them."""

WHERE = (
    "get the ICT-FaceKit (MIT licence) from https://github.com/ICT-VGL/ICT-FaceKit "
    "and give its folder, or an npz of it, as the face model's setting 'model'"
)

Array = NDArray[np.float32]


@attrs.frozen(eq=False)
class FaceKit:
    """The face area, model units (decimetres).

    Attributes:
        neutral: [9409, 3].
        expression: [57, 9409, 3] differences at a coefficient of 1.
        identity: [I, 9409, 3] differences of one standard deviation.
    """

    neutral: Tensor
    expression: Tensor
    identity: Tensor


def read_facekit(path: Path) -> FaceKit:
    """The face area of a FaceKit.

    Raises:
        InvalidValue: it is missing, incomplete or something else.
    """
    if path.is_dir():
        inner = path / INNER_FOLDER
        return _read_folder(inner if inner.is_dir() else path)
    if path.is_file():
        return _read_npz(path)
    raise InvalidValue("there is no such file or folder", where=path, do=WHERE)


def _read_folder(folder: Path) -> FaceKit:
    neutral = _vertices(folder / f"{NEUTRAL}.obj")
    faces = [_vertices(folder / f"{name}.obj") - neutral for name in EXPRESSIONS]
    people = sorted(folder.glob("identity[0-9]*.obj"))[:IDENTITIES]
    if not people:
        raise InvalidValue("it has no identity000.obj", where=folder, do=WHERE)
    modes = [_vertices(file) - neutral for file in people]
    return _scaled(neutral, np.stack(faces), np.stack(modes))


def _vertices(file: Path) -> Array:
    """[9409, 3] of an OBJ."""
    try:
        with file.open(encoding="utf-8") as lines:
            rows = (line.split()[1:4] for line in lines if line.startswith("v "))
            found = np.array(list(itertools.islice(rows, FACE_AREA)), dtype=np.float32)
    except OSError as e:
        raise InvalidValue(f"it cannot be read: {e.strerror}", where=file, do=WHERE) from None
    except ValueError as e:
        raise InvalidValue(f"a vertex is no row of numbers: {e}", where=file, do=WHERE) from None
    if found.shape != (FACE_AREA, 3):
        what = f"expected {FACE_AREA} vertices or more, got {len(found)}"
        raise InvalidValue(what, where=file, do=WHERE)
    return found


def _read_npz(file: Path) -> FaceKit:
    try:
        with np.load(file, allow_pickle=False) as stored:
            neutral, faces, modes = (
                np.asarray(stored[key], dtype=np.float32) for key in ("neutral", "exp", "idn")
            )
    except (OSError, ValueError, KeyError) as e:
        raise InvalidValue(f"it is no npz of a FaceKit: {e}", where=file, do=WHERE) from None
    wanted = ((FACE_AREA, 3), (len(EXPRESSIONS), FACE_AREA, 3), (len(modes), FACE_AREA, 3))
    got = (neutral.shape, faces.shape, modes.shape)
    if got != wanted:
        what = f"expected neutral, exp, idn of shapes {wanted}, got {got}"
        raise InvalidValue(what, where=file, do=WHERE)
    return _scaled(neutral, faces, modes[:IDENTITIES])


def _scaled(neutral: Array, faces: Array, modes: Array) -> FaceKit:
    arrays = (
        torch.from_numpy(np.ascontiguousarray(a)) / CM_PER_UNIT for a in (neutral, faces, modes)
    )
    return FaceKit(*arrays)
