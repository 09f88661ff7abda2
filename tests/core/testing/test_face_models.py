"""The kit finds face models that are wrong."""

import attrs
import pytest
import torch

from visemix.core.contracts import Contract
from visemix.core.interfaces import FaceModel, Renderer
from visemix.core.testing.contracts import find_faults
from visemix.core.testing.sample_face_model import SampleFaceModel
from visemix.core.testing.samples import SamplePlan, sample_attributes
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.subject import FaceFit, ReferenceFrames, Subject
from visemix.core.values.track import Track

BASIS = "mouth-6"
CONTRACT = Contract(
    "sample",
    "face_model",
    consumes={"attributes": {"expression": BASIS, "pose": "any"}},
    provides={"geometry": {"camera": "orthographic", "masks": ["eyes"]}},
)


class Right(SampleFaceModel):
    def __init__(self) -> None:
        super().__init__(sample_attributes(SamplePlan(basis=BASIS, expression=6)), ("eyes",))

    def fit(
        self,
        track: Track,
        pictures: ReferenceFrames | None = None,
        renderer: Renderer | None = None,
    ) -> FaceFit:
        fit = super().fit(track)
        index = torch.arange(len(track.found))
        known = fit.attributes
        assert known.pose is not None and known.expression is not None
        pose = attrs.evolve(
            known.pose,
            rotation=known.pose.rotation[index],
            translation=known.pose.translation[index],
        )
        shorter = FaceAttributes(
            known.fps, known.expression[index], known.basis, pose, track.blink, track.action_units
        )
        return attrs.evolve(fit, attributes=shorter)


class OtherBasis(Right):
    def fit(
        self,
        track: Track,
        pictures: ReferenceFrames | None = None,
        renderer: Renderer | None = None,
    ) -> FaceFit:
        fit = super().fit(track)
        return attrs.evolve(fit, attributes=attrs.evolve(fit.attributes, basis="eyes-6"))


class Changing(Right):
    """Changes the geometry in one way."""

    def geometry(self, attributes: FaceAttributes, subject: Subject) -> FaceGeometry:
        return self.change(super().geometry(attributes, subject))

    def change(self, geometry: FaceGeometry) -> FaceGeometry:
        return geometry


class InsideOut(Changing):
    def change(self, geometry: FaceGeometry) -> FaceGeometry:
        return attrs.evolve(geometry, triangles=geometry.triangles.flip(1))


class FullFrame(Changing):
    """Landmarks in px of the frame instead of the crop."""

    def change(self, geometry: FaceGeometry) -> FaceGeometry:
        assert geometry.landmarks is not None
        return attrs.evolve(geometry, landmarks=geometry.landmarks + 32.0)


class NoEyes(Changing):
    def change(self, geometry: FaceGeometry) -> FaceGeometry:
        return attrs.evolve(geometry, masks=attrs.evolve(geometry.masks, weights={}))


class Beyond(Changing):
    def change(self, geometry: FaceGeometry) -> FaceGeometry:
        return attrs.evolve(geometry, triangles=geometry.triangles + 11)


class Centred(Changing):
    """Looks at the whole clip to place a frame."""

    def change(self, geometry: FaceGeometry) -> FaceGeometry:
        return attrs.evolve(geometry, vertices=geometry.vertices - geometry.vertices.mean(0))


class Literal(Right):
    """Takes every pose for the convention it knows."""

    def geometry(self, attributes: FaceAttributes, subject: Subject) -> FaceGeometry:
        own = subject.fit.attributes.pose
        assert attributes.pose is not None and own is not None
        pose = attrs.evolve(attributes.pose, convention=own.convention)
        return super().geometry(attrs.evolve(attributes, pose=pose), subject)


def test_a_right_one_passes() -> None:
    assert find_faults("face_model", Right(), CONTRACT) == []


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        (OtherBasis(), "it takes the basis ['mouth-6'], its fit is in 'eyes-6'"),
        (InsideOut(), "triangles must be counter-clockwise"),
        (FullFrame(), "landmarks must be crop px"),
        (NoEyes(), "promises the masks ['eyes']"),
        (Beyond(), "a triangle names a vertex that is not among the 478"),
        (Centred(), "frames 3 to 8 alone give another mesh"),
        (Literal(), "the pose in euler_rad_persp gives another mesh"),
    ],
    ids=lambda x: type(x).__name__,
)
def test_a_wrong_one_is_found(model: FaceModel, fault: str) -> None:
    assert fault in " ".join(find_faults("face_model", model, CONTRACT))
