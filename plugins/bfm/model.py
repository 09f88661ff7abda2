"""BfmFace: the face model on a user's Basel Face Model."""

from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.fitting.correspondence import embed, opened
from visemix.core.fitting.eye_attention import RELEASED_OF, eye_attention
from visemix.core.fitting.mediapipe_points import EYE_LEFT, EYE_RIGHT, MESH, POINTS_68
from visemix.core.fitting.morphable_face import FaceSettings, MorphableFace
from visemix.core.fitting.morphable_model import MorphableModel, cylindrical_uv
from visemix.core.fitting.surface import Embedding, facing_viewer, vertex_areas
from visemix.core.testing.head import OPEN, sample_head
from visemix.core.values.subject import FaceFit
from visemix.plugins.bfm.arrays import EXPRESSIONS, WHERE, BfmArrays, parse, read_bfm
from visemix.plugins.bfm.coefficients import Coefficients
from visemix.plugins.bfm.synthetic import synthetic_arrays

NAME = "bfm"
BASIS = "bfm-64"
SYNTHETIC = "synthetic"


class BfmFace(MorphableFace):
    """The Basel model: 80 coefficients of identity, 64 of expression, 80 of texture.

    No expression shuts an eye alone, so a blink is not drawn; the mask "eye_attention" is where
    FACIAL paints it.

    Args:
        model: file with the arrays (see arrays.py), or "synthetic" for a made-up stand-in.
        camera: "orthographic" (FACIAL) or "perspective" (Yi et al., Deep3D).
        albedo: "none", "detailed" (from the picture) or "low" (texture coefficients).
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
        albedo: str = "low",
        personal: bool = True,
        steadiness: float = 0.0,
    ) -> None:
        if not str(model):
            raise InvalidValue("the face model 'bfm' needs a file", where="model", do=WHERE)
        # A recipe's relative path is made absolute, this word as well.
        made_up = Path(model).name == SYNTHETIC and not Path(model).exists()
        name = SYNTHETIC if made_up else str(model)
        self.arrays = bfm_arrays(name)
        settings = FaceSettings(camera, albedo, personal, steadiness)
        super().__init__(bfm_model(name), settings)

    def fit_of(self, found: Coefficients, error_px: float = 0.0) -> FaceFit:
        """The fit that coefficients of another program (Deep3D, FACIAL) stand for."""
        return FaceFit(
            self.model.name,
            self.model.person(found.identity),
            found.attributes,
            torch.cat((found.identity, found.texture)),
            self.model.colours(found.texture),
            found.light,
            error_px,
        )


@cache
def bfm_arrays(path: str) -> BfmArrays:
    """The arrays in a file, or the synthetic ones, read once.

    Raises:
        InvalidValue: they cannot be read.
    """
    if path == SYNTHETIC:
        return parse(synthetic_arrays(), SYNTHETIC)
    return read_bfm(Path(path))


@cache
def bfm_model(path: str) -> MorphableModel:
    """The model in a file, or the synthetic one, read once.

    Raises:
        InvalidValue: it cannot be read.
    """
    arrays = bfm_arrays(path)
    triangles = facing_viewer(arrays.mean, arrays.triangles)
    head = sample_head()
    known = list(zip(POINTS_68, arrays.keypoints, strict=True))
    surface = opened(arrays.mean, arrays.expression, known, head.moves[OPEN])
    template = (head.vertices + head.moves[OPEN])[:MESH]
    places = embed(template, head.triangles, (surface, triangles), known)
    return MorphableModel(
        name=f"{NAME}-{SYNTHETIC}" if path == SYNTHETIC else NAME,
        basis=BASIS,
        mean=arrays.mean,
        identity=arrays.identity,
        expression=arrays.expression,
        triangles=triangles,
        embedding=places,
        identity_spread=torch.ones(len(arrays.identity)),
        expression_spread=torch.ones(EXPRESSIONS),
        gaze=torch.zeros(EXPRESSIONS, 2, 3),
        albedo=arrays.albedo,
        texture=arrays.texture,
        masks={"eye_attention": _attention(arrays.mean, triangles, places)},
        uv=cylindrical_uv(arrays.mean),
    )


def _attention(mean: Tensor, triangles: Tensor, places: Embedding) -> Tensor:
    """FACIAL's eq. 9; on the published mesh as many vertices as in its mask."""
    landmarks = places.of(mean)
    centres = torch.stack([landmarks[list(eye)].mean(0) for eye in (EYE_RIGHT, EYE_LEFT)])
    # Elsewhere vertices may not lie as evenly: the same share of the surface.
    published = len(mean) == RELEASED_OF
    return eye_attention(mean, centres, None if published else vertex_areas(mean, triangles))
