"""The triangles of the mesh and soft regions on it."""

from functools import cache

import attrs
import numpy as np

from visemix.core.fitting.canonical_mesh import CM_PER_UNIT, canonical_mesh
from visemix.core.fitting.mediapipe_points import MESH
from visemix.plugins.composite.compiled import Floats, Ints
from visemix.plugins.composite.regions import (
    EYE_LEFT,
    EYE_RIGHT,
    LANDMARKS,
    LIPS_INNER,
    LIPS_OUTER,
    NOSE_TIP,
    OVAL,
    UNDER_NOSE,
    VERTICES,
)

TINT_INSIDE = 0.3
"""How far the inside of the mouth takes on a wanted colour: teeth and dark vary too much."""


@attrs.frozen(eq=False)
class FaceMesh:
    """Triangles and region weights in [0, 1], one per landmark (478; irises as the eyes).

    Attributes:
        triangles: [898, 3], a closed disk over mouth and eyes; vertices below 468.
        jaw: 1 on lips, chin and jaw, 0 from the nose upwards: what speech moves.
        mouth: the same without the outline of the face: what another frame may show. Behind the
            outline of a head that is turned a little differently lies its background.
        eyes: 1 on the lids, 0 on cheek and forehead.
        inside: 1 well inside the face, 0 on its outline.
        tint: how far a source takes on the wanted colour.
    """

    triangles: Ints
    jaw: Floats
    mouth: Floats
    eyes: Floats
    inside: Floats
    tint: Floats


@cache
def face_mesh() -> FaceMesh:
    """The canonical mesh; regions follow from its geometry, in cm."""
    shape = canonical_mesh()
    points = np.asarray(shape.vertices[:MESH].numpy() * CM_PER_UNIT, np.float32)
    triangles = np.asarray(shape.triangles.numpy(), np.int32)
    height = points[:, 1]
    lids = 1 - smoothstep(_distance(points, EYE_RIGHT + EYE_LEFT), 0.35, 1.5)
    lips = 1 - smoothstep(_distance(points, LIPS_OUTER), 0.9, 2.6)
    below_nose = smoothstep(height[UNDER_NOSE] - height, 0.1, 2.2)
    near_lips = lips * smoothstep(height[NOSE_TIP] + 0.4 - height, 0.0, 1.0)
    jaw = np.maximum(near_lips, below_nose)
    from_outline = _distance(points, OVAL)
    mouth = jaw * smoothstep(from_outline, 0.3, 1.6)
    near_inner = 1 - smoothstep(_distance(points, LIPS_INNER), 0.0, 0.9)
    return FaceMesh(
        triangles,
        _with_irises(jaw, 0),
        _with_irises(mouth, 0),
        _with_irises(lids * (1 - jaw), 1),
        _with_irises(smoothstep(from_outline, 0.15, 1.7), 1),
        _with_irises(1 - (1 - TINT_INSIDE) * near_inner, 1),
    )


def smoothstep(x: Floats, low: float, high: float) -> Floats:
    """0 below ``low``, 1 above ``high``, a cubic between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _distance(points: Floats, anchors: tuple[int, ...]) -> Floats:
    """Distance of every point to its nearest anchor."""
    apart = np.linalg.norm(points[:, None] - points[list(anchors)][None], axis=-1)
    return np.asarray(apart.min(1), np.float32)


def _with_irises(weights: Floats, iris: float) -> Floats:
    rest = np.full(LANDMARKS - VERTICES, iris, np.float32)
    return np.concatenate([weights.astype(np.float32), rest])
