"""NoMesh: a face model for systems that have no mesh."""

import torch

from visemix.core.interfaces import FaceModel, Renderer
from visemix.core.timeline import length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.camera import Camera, Projection
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.subject import FaceFit, ReferenceFrames, Subject
from visemix.core.values.track import Track

NAME = "no-mesh"


class NoMesh(FaceModel):
    """Knows blinks and action units of the reference, and a geometry without vertices.

    Any renderer makes an empty picture of it, in the subject's crop; what such a system shows
    comes from its refiner.
    """

    def fit(
        self,
        track: Track,
        pictures: ReferenceFrames | None = None,
        renderer: Renderer | None = None,
    ) -> FaceFit:
        """See FaceModel."""
        del pictures, renderer
        attributes = FaceAttributes(track.fps, blink=track.blink, action_units=track.action_units)
        return FaceFit(NAME, torch.zeros(0, 3), attributes)

    def geometry(self, attributes: FaceAttributes, subject: Subject) -> FaceGeometry:
        """See FaceModel."""
        frames, crop = length(attributes), subject.track.crop
        middle = torch.tensor([crop.width / 2, crop.height / 2])
        return FaceGeometry(
            vertices=torch.zeros(frames, 0, 3),
            triangles=torch.zeros(0, 3, dtype=torch.int32),
            camera=Camera(middle, Projection.ORTHOGRAPHIC, crop.height, crop.width),
            crop=crop.matrix.expand(frames, 2, 3),
            fps=attributes.fps,
        )
