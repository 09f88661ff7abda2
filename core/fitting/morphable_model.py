"""MorphableModel: a face as a mean and directions in which people and expressions differ."""

from collections.abc import Mapping
from typing import Annotated

import attrs
import torch
from torch import Tensor

from visemix.core.fitting.landmark_model import (
    LandmarkModel,
    expression_directions,
    identity_directions,
    landmark_weights,
    landmarks_of,
)
from visemix.core.fitting.surface import Embedding
from visemix.core.shapes import Array, Value


@attrs.frozen(eq=False)
class MorphableModel(Value):
    """vertices = mean + identity coefficients + expression coefficients; model units.

    Attributes:
        name: of the face model ("bfm").
        basis: name of the expression basis ("bfm-64").
        mean: [V, 3], x right in the picture, y up, z to the viewer.
        identity: [I, V, 3] displacement per unit coefficient.
        expression: [E, V, 3] displacement per unit coefficient.
        triangles: [F, 3] int32, counter-clockwise from outside.
        embedding: where MediaPipe's 468 mesh points lie.
        identity_spread: [I] standard deviation of the coefficients over people.
        expression_spread: [E] standard deviation while people talk.
        gaze: [E, 2, 3] what each expression does to the right and left iris.
        lids: columns of the expression that shut the right and left eye; empty if none does.
        albedo: [V, 3] mean colour in [0, 1], if it has one.
        texture: [X, V, 3] change of colour per unit coefficient, if it has colours.
        masks: name -> [V] in [0, 1].
        uv: [V, 2] in [0, 1], v down.
    """

    name: str
    basis: str
    mean: Annotated[Tensor, Array("V 3")]
    identity: Annotated[Tensor, Array("I V 3")]
    expression: Annotated[Tensor, Array("E V 3")]
    triangles: Annotated[Tensor, Array("F 3", dtype=torch.int32)]
    embedding: Embedding
    identity_spread: Annotated[Tensor, Array("I", low=0)]
    expression_spread: Annotated[Tensor, Array("E", low=0)]
    gaze: Annotated[Tensor, Array("E 2 3")]
    lids: tuple[int, ...] = ()
    albedo: Annotated[Tensor, Array("V 3")] | None = None
    texture: Annotated[Tensor, Array("X V 3")] | None = None
    masks: Mapping[str, Tensor] = attrs.field(factory=dict)
    uv: Annotated[Tensor, Array("V 2", low=0, high=1)] | None = None

    def landmarks(self) -> LandmarkModel:
        """The model as the tracker sees it."""
        return LandmarkModel(
            landmarks_of(self.mean, self.embedding),
            identity_directions(self.identity, self.embedding),
            expression_directions(self.expression, self.embedding, self.gaze),
            landmark_weights(),
            self.identity_spread,
            self.expression_spread,
        )

    def person(self, identity: Tensor) -> Tensor:
        """[V, 3] the calm face with these coefficients [I]."""
        return self.mean + torch.einsum("k,kvc->vc", identity, self.identity)

    def moved(self, expression: Tensor) -> Tensor:
        """[T, V, 3] displacement by expression coefficients [T, E]."""
        moved: Tensor = expression @ self.expression.flatten(1)
        return moved.reshape(len(expression), -1, 3)

    def colours(self, texture: Tensor) -> Tensor:
        """[V, 3] albedo in [0, 1] with texture coefficients [X]; differentiable.

        The model must have colours.
        """
        assert self.albedo is not None and self.texture is not None
        return (self.albedo + torch.einsum("k,kvc->vc", texture, self.texture)).clamp(0, 1)


def cylindrical_uv(mean: Tensor) -> Tensor:
    """[V, 2] texture coordinates of a mean face: the angle around its vertical axis, and height.

    The axis stands in the middle of the face's depth; v is down.
    """
    low, high = mean.amin(0), mean.amax(0)
    axis = (low + high) / 2
    angle = torch.atan2(mean[:, 0] - axis[0], mean[:, 2] - axis[2])
    u = 0.5 + angle / (2 * torch.pi)
    v = (high[1] - mean[:, 1]) / (high[1] - low[1])
    return torch.stack((u, v), 1).clamp(0, 1)
