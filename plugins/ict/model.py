"""IctFace: the face model on a user's ICT-FaceKit."""

import math
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.fitting.eye_attention import eye_attention
from visemix.core.fitting.mediapipe_points import EYE_LEFT, EYE_RIGHT, JAW_68
from visemix.core.fitting.morphable_face import FaceSettings, MorphableFace
from visemix.core.fitting.morphable_model import MorphableModel, cylindrical_uv
from visemix.core.fitting.surface import vertex_areas
from visemix.core.testing.head import sample_head
from visemix.plugins.ict.expressions import BASIS, LIDS, expression_spread, gaze
from visemix.plugins.ict.facekit import FACE_AREA, WHERE, read_facekit
from visemix.plugins.ict.tables import Tables, tables

NAME = "ict"

AREAS = {"narrow": 6706, "full": FACE_AREA}
"""Vertices of FaceKit's two face areas: without and with ears, neck and the back of the head."""

UNDER_JAW = math.radians(5)
"""How far the narrow area reaches beyond the tracker's jaw line, seen from between the temples."""


class IctFace(MorphableFace):
    """FaceKit's face area with 57 expressions and 40 modes of identity.

    Args:
        model: a FaceKit folder, or an npz with ``neutral``, ``exp`` and ``idn``.
        camera: "orthographic" or "perspective".
        albedo: "none", "detailed" or "low".
        area: "narrow" draws the face, "full" also ears and neck.
        personal: let the neutral shape take up what the identity cannot express.
        steadiness: cost of changes between frames.

    Raises:
        InvalidValue: no model is given, it cannot be read, or a setting has no such choice.
    """

    def __init__(
        self,
        *,
        model: str | Path = "",
        camera: str = "orthographic",
        albedo: str = "detailed",
        area: str = "narrow",
        personal: bool = True,
        steadiness: float = 0.0,
    ) -> None:
        if not str(model):
            raise InvalidValue("the face model 'ict' needs a file", where="model", do=WHERE)
        if area not in AREAS:
            names = " or ".join(AREAS)
            raise InvalidValue(f"expected {names}, got {area!r}", where="area")
        settings = FaceSettings(camera, albedo, personal, steadiness)
        super().__init__(ict_model(Path(model), area), settings)


@cache
def ict_model(path: Path, area: str = "narrow") -> MorphableModel:
    """The model in a FaceKit folder or npz, read once.

    Raises:
        InvalidValue: it cannot be read.
    """
    kit, found = read_facekit(path), tables()
    mean = found.with_eyes(kit.neutral) + found.shift
    drawn = _drawn(area, mean, found)
    return MorphableModel(
        name=NAME,
        basis=BASIS,
        mean=mean,
        identity=found.with_eyes(kit.identity),
        expression=found.with_eyes(kit.expression),
        triangles=drawn,
        embedding=found.places,
        identity_spread=torch.ones(len(kit.identity)),
        expression_spread=expression_spread(),
        gaze=gaze(),
        lids=LIDS,
        masks={"eye_attention": _attention(mean, found)},
        uv=cylindrical_uv(mean),
    )


def _drawn(area: str, mean: Tensor, found: Tables) -> Tensor:
    """Triangles of an area; the narrow one ends where the jaw turns under."""
    triangles = found.within(AREAS[area])
    if area == "full":
        return triangles
    landmarks = found.places.of(mean)
    middle = landmarks[[JAW_68[0], JAW_68[-1]]].mean(0)
    around, height = _directions(mean - middle)
    line, lowest = _directions(landmarks[list(JAW_68)] - middle)
    rim = np.interp(around.numpy(), line.numpy(), lowest.numpy())
    under = height < torch.from_numpy(rim).float() - UNDER_JAW
    return triangles[~under[triangles.long()].any(1)]


def _directions(arms: Tensor) -> tuple[Tensor, Tensor]:
    """Angle around the vertical axis, growing to the right, and angle above the horizon [N]."""
    x, y, z = arms.unbind(-1)
    return torch.atan2(x, z), torch.atan2(y, torch.hypot(x, z))


def _attention(mean: Tensor, found: Tables) -> Tensor:
    """FACIAL's eq. 9; the share is that of the face which MediaPipe's mesh covers, by area."""
    landmarks = found.places.of(mean)
    centres = torch.stack([landmarks[list(eye)].mean(0) for eye in (EYE_RIGHT, EYE_LEFT)])
    face = vertex_areas(landmarks, sample_head().triangles).sum()
    areas = vertex_areas(mean, found.triangles)
    return eye_attention(mean, centres, areas, float(face))
