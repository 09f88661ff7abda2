"""FaceAttributes: what the face does, frame by frame, in a few numbers."""

from typing import Annotated

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Array, Value, positive
from visemix.core.values.pose import HeadPose


@attrs.frozen(eq=False)
class FaceAttributes(Value):
    """Expression, head pose, blinks. Every part is optional except the rate.

    Attributes:
        fps: frames per second.
        expression: [T, E] float32 coefficients in the basis named ``basis``.
        basis: name of the expression basis ("landmark-mesh-64", "bfm-64", "lmk-pca-20", ...).
        pose: head pose.
        blink: [T] float32, intensity of AU45 on the 0 to 5 scale of OpenFace (5: eyes shut).
        action_units: [T, 5] float32, AU10, AU14, AU20, AU25, AU26 on the 0 to 5 scale.
        latent: [T, D] float32 that only the matching decoder understands.
    """

    fps: float = attrs.field(validator=positive)
    expression: Annotated[Tensor, Array("T E")] | None = None
    basis: str = ""
    pose: HeadPose | None = None
    blink: Annotated[Tensor, Array("T", low=0, high=5, unit="AU45")] | None = None
    action_units: Annotated[Tensor, Array("T 5", low=0, high=5)] | None = None
    latent: Annotated[Tensor, Array("T D")] | None = None


@attrs.frozen(eq=False)
class Sources(Value):
    """Reference frames, mixed, for every frame that is made.

    Attributes:
        index: [T, K] int64, frames of the reference.
        weight: [T, K] float32, their shares; each row sums to 1, so unused places weigh 0.
    """

    index: Annotated[Tensor, Array("T K", dtype=torch.int64, low=0)]
    weight: Annotated[Tensor, Array("T K", low=0, high=1)]


@attrs.frozen(eq=False)
class Match(Value):
    """Attributes together with the reference frames that can show them.

    Attributes:
        attributes: the wanted attributes; a matcher may have changed their pose to one that the
            chosen reference frames really have (Yi et al., background matching).
        base: frames that give the picture around the face.
        face: frames that give the texture of the face, None where the base does.
        mouth: frames that give the mouth, None where ``face`` does.
        eyes: frames that give the eyes, None where ``face`` does.
    """

    attributes: FaceAttributes
    base: Sources
    face: Sources | None = None
    mouth: Sources | None = None
    eyes: Sources | None = None
