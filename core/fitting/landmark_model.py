"""A linear face model, as far as the tracker's landmarks see it."""

from typing import Annotated

import attrs
import torch
from torch import Tensor

from visemix.core.fitting.mediapipe_points import (
    EYE_LEFT,
    EYE_RIGHT,
    EYES_68,
    LANDMARKS,
    LIPS,
    MESH,
    OVAL,
)
from visemix.core.fitting.surface import Embedding
from visemix.core.shapes import Array, Value

IRIS_RADIUS = 0.0585
"""Half the human iris' 11.7 mm, model units."""

_RING = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))

IRIS_POINTS = (LANDMARKS - MESH) // 2

OVAL_WEIGHT = 0.1
"""Trust in the outline of the face, which slides over the skin."""

LIP_WEIGHT = 2.0
EYE_WEIGHT = 4.0
"""Lips and lids are what a talking face is looked at for."""


@attrs.frozen(eq=False)
class LandmarkModel(Value):
    """landmarks = mean + identity coefficients + expression coefficients, model units.

    Attributes:
        mean: [L, 3].
        identity: [I, L, 3] displacement per unit coefficient.
        expression: [E, L, 3] displacement per unit coefficient.
        weight: [L] trust in each landmark.
        identity_spread: [I] standard deviation of the coefficients over people.
        expression_spread: [E] standard deviation while people talk.
    """

    mean: Annotated[Tensor, Array("L 3")]
    identity: Annotated[Tensor, Array("I L 3")]
    expression: Annotated[Tensor, Array("E L 3")]
    weight: Annotated[Tensor, Array("L", low=0)]
    identity_spread: Annotated[Tensor, Array("I", low=0)]
    expression_spread: Annotated[Tensor, Array("E", low=0)]


def landmark_weights() -> Tensor:
    """[478] trust in each of MediaPipe's landmarks."""
    weight = torch.ones(LANDMARKS)
    weight[list(LIPS)] = LIP_WEIGHT
    weight[list(EYE_RIGHT + EYE_LEFT + EYES_68)] = EYE_WEIGHT
    weight[list(OVAL)] = OVAL_WEIGHT
    return weight


def landmarks_of(vertices: Tensor, embedding: Embedding) -> Tensor:
    """All landmarks [..., 478, 3] of a calm face [..., V, 3] in model units.

    The irises are discs in the middle of the eye openings.
    """
    ring = vertices.new_tensor(_RING) * IRIS_RADIUS
    disc = torch.nn.functional.pad(ring, (0, 1))
    mesh = embedding.of(vertices)
    eyes = [mesh[..., list(eye), :].mean(-2, keepdim=True) + disc for eye in (EYE_RIGHT, EYE_LEFT)]
    return torch.cat((mesh, *eyes), -2)


def face_landmarks(shape: Tensor, calm: Tensor, gaze: Tensor, embedding: Embedding) -> Tensor:
    """Landmarks [T, 478, 3] of a moving face.

    Args:
        shape: [T, V, 3] its vertices.
        calm: [V, 3] its neutral shape; where the eyes are, for the lids move and they do not.
        gaze: [T, 2, 3] how far the right and left iris have moved.
        embedding: of MediaPipe's mesh.
    """
    irises = landmarks_of(calm, embedding)[MESH:] + gaze.repeat_interleave(IRIS_POINTS, 1)
    return torch.cat((embedding.of(shape), irises), 1)


def identity_directions(directions: Tensor, embedding: Embedding) -> Tensor:
    """What the landmarks do [K, 478, 3] when the vertices move by ``directions`` [K, V, 3]."""
    mesh = embedding.of(directions)
    eyes = [mesh[:, list(eye)].mean(1, keepdim=True) for eye in (EYE_RIGHT, EYE_LEFT)]
    return torch.cat((mesh, *(eye.expand(-1, IRIS_POINTS, 3) for eye in eyes)), 1)


def expression_directions(directions: Tensor, embedding: Embedding, gaze: Tensor) -> Tensor:
    """The same for expressions: what moves the lids does not move the irises.

    Args:
        directions: [E, V, 3].
        embedding: of MediaPipe's mesh.
        gaze: [E, 2, 3] what each expression does to the right and the left iris.
    """
    eyes = (gaze[:, side : side + 1].expand(-1, IRIS_POINTS, 3) for side in (0, 1))
    return torch.cat((embedding.of(directions), *eyes), 1)
