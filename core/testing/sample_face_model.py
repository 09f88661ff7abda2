"""A face model of the sample head, for parts that need one beside them."""

import torch
from torch import Tensor

from visemix.core.interfaces import FaceModel, Renderer
from visemix.core.testing.head import BLINK, sample_head
from visemix.core.timeline import length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.camera import Camera, Projection
from visemix.core.values.geometry import FaceGeometry, Masks
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import FaceFit, ReferenceFrames, Subject
from visemix.core.values.track import Track

MODEL = "sample-head"
SHUT = 5.0
"""Blink of shut eyes (docs/conventions.md)."""


class SampleFaceModel(FaceModel):
    """Numbers 0 and 1 of an expression open the mouth and smile, the others do nothing.

    Args:
        attributes: what it says that it sees in a track.
        masks: names of masks that its geometry has, all of them around the eyes.
    """

    def __init__(self, attributes: FaceAttributes, masks: tuple[str, ...] = ()) -> None:
        self._attributes = attributes
        self._masks = masks

    def fit(
        self,
        track: Track,
        pictures: ReferenceFrames | None = None,
        renderer: Renderer | None = None,
    ) -> FaceFit:
        """The attributes it was made with; the sample head does not learn."""
        del track, pictures, renderer
        return FaceFit(MODEL, sample_head().vertices, self._attributes, torch.ones(2))

    def geometry(self, attributes: FaceAttributes, subject: Subject) -> FaceGeometry:
        """The posed head in an orthographic camera, in px of the subject's crop."""
        head, crop = sample_head(), subject.track.crop
        pose = attributes.pose or still_pose(length(attributes), crop.height)
        vertices = placed(_shape(attributes), pose)
        centre = torch.tensor([crop.width / 2, crop.height / 2])
        camera = Camera(centre, Projection.ORTHOGRAPHIC, crop.height, crop.width)
        points = camera.project(vertices) * torch.tensor([1.0, 1.0, -1.0])
        eyes = head.moves[BLINK].norm(dim=-1).gt(0).float()
        return FaceGeometry(
            vertices,
            head.triangles,
            camera,
            crop.matrix.expand(len(vertices), 2, 3),
            attributes.fps,
            uv=head.uv,
            colors=(head.vertices * 0.2 + 0.6).clamp(0, 1),
            landmarks=points,
            masks=Masks(dict.fromkeys(self._masks, eyes)),
        )


def placed(shape: Tensor, pose: HeadPose) -> Tensor:
    """Model shape [T, V, 3] in px of the orthographic camera."""
    scale, x, y = pose.to(PoseConvention.EULER_DEG_ORTHO).translation.unbind(-1)
    shift = torch.stack((x, y, torch.zeros_like(x)), -1)
    return scale[:, None, None] * (shape @ pose.matrix().mT) + shift[:, None]


def still_pose(frames: int, size: int) -> HeadPose:
    """A head that looks straight ahead and fills three fifths of a crop of ``size`` px."""
    place = torch.tensor([size * 0.38, 0.0, 0.0]).expand(frames, 3)
    return HeadPose(torch.zeros(frames, 3), place, PoseConvention.EULER_DEG_ORTHO)


def _shape(attributes: FaceAttributes) -> Tensor:
    head = sample_head()
    amount = torch.zeros(length(attributes), len(head.moves))
    if attributes.expression is not None:
        known = min(attributes.expression.shape[1], BLINK)
        amount[:, :known] = attributes.expression[:, :known]
    if attributes.blink is not None:
        amount[:, BLINK] = attributes.blink / SHUT
    return head.vertices + torch.einsum("tm,mvc->tvc", amount, head.moves)
