"""A clip acted by the made-up Basel face is fitted and drawn again."""

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.errors import FaceError, InvalidValue
from visemix.core.fitting.mediapipe_points import EYES_68, MESH, NOSE_68, OVAL
from visemix.core.fitting.surface import Embedding
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.camera import Projection
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.subject import Subject
from visemix.plugins.bfm.model import BfmFace, _attention


def drawn(face: BfmFace, subject: Subject) -> Tensor:
    landmarks = face.geometry(subject.fit.attributes, subject).landmarks
    assert landmarks is not None
    return landmarks


@pytest.mark.parametrize("camera", ["orthographic", "perspective"])
def test_a_clip_comes_back(acted: Subject, camera: str) -> None:
    face = BfmFace(model="synthetic", camera=camera)
    again = attrs.evolve(acted, fit=face.fit(acted.track))
    assert again.fit.error_px < 1.0  # of 150 px between chin and forehead
    away = (drawn(face, again) - acted.track.landmarks / 2)[:, :MESH, :2].norm(dim=-1)
    # The error is in px of the frame, twice those of the crop.
    assert float(away.mean()) == pytest.approx(again.fit.error_px / 2, rel=1e-3)
    assert again.fit.colors is None, "no pictures, no colours"


def test_expression_and_pose_are_found(face: BfmFace, acted: Subject) -> None:
    found, truth = face.fit(acted.track).attributes, acted.fit.attributes
    assert found.expression is not None
    assert truth.expression is not None
    opened = torch.stack((found.expression[:, 0], truth.expression[:, 0]))
    assert float(torch.corrcoef(opened)[0, 1]) > 0.95
    assert found.pose is not None
    assert truth.pose is not None
    # An identity may be lopsided: what is turned by the same in all frames is a matter of taste.
    turned = [pose.matrix() @ pose.matrix()[0].mT for pose in (found.pose, truth.pose)]
    assert torch.allclose(turned[0], turned[1], atol=0.03)
    assert found.blink is not None
    assert found.blink.equal(acted.track.blink)


def test_a_personal_shape_fits_better_than_the_identity_alone(acted: Subject) -> None:
    strange = acted.track.landmarks.clone()
    strange[:, 205, 0] -= 12  # a cheek that no identity has
    track = attrs.evolve(acted.track, landmarks=strange)
    errors = [
        BfmFace(model="synthetic", personal=personal).fit(track).error_px
        for personal in (True, False)
    ]
    assert errors[0] < errors[1]


def test_the_neutral_face_stands_for_missing_attributes(face: BfmFace, acted: Subject) -> None:
    empty = FaceAttributes(25.0, blink=torch.zeros(3))
    geometry = face.geometry(empty, acted)
    assert geometry.vertices.shape == (3, len(face.model.mean), 3)
    assert torch.equal(geometry.vertices[0], geometry.vertices[2])


def test_the_eye_mask_is_on_the_eyes(face: BfmFace) -> None:
    mask = face.model.embedding.of(face.model.masks["eye_attention"][:, None])[:, 0]
    assert float(mask[list(EYES_68)].min()) > 0.5
    assert float(mask[[*NOSE_68, *OVAL]].max()) == 0


def test_on_the_published_mesh_the_mask_has_as_many_vertices_as_facials() -> None:
    line = torch.linspace(-1, 1, 189)
    y, x = torch.meshgrid(line, line, indexing="ij")
    flat = torch.stack((0.8 * x, y, torch.zeros_like(x)), -1).reshape(-1, 3)[-35709:]
    eyes = Embedding.at([0] * 468)
    mask = _attention(flat, torch.zeros(0, 3, dtype=torch.int32), eyes)
    assert int(mask.sum()) == pytest.approx(2439, rel=0.02)


def test_the_perspective_camera_is_deep3ds_grown_to_the_crop(acted: Subject) -> None:
    face = BfmFace(model="synthetic", camera="perspective")
    geometry: FaceGeometry = face.geometry(acted.fit.attributes, acted)
    assert geometry.camera.projection is Projection.PERSPECTIVE
    assert geometry.camera.focal == pytest.approx(1015 * 128 / 224)
    assert geometry.camera.distance == 10


def test_what_does_not_fit_is_refused(face: BfmFace, acted: Subject) -> None:
    other = attrs.evolve(acted.fit.attributes, basis="ict-57")
    with pytest.raises(InvalidValue, match="'bfm-64', got 64 in 'ict-57'"):
        face.geometry(other, acted)
    strange = attrs.evolve(acted, fit=attrs.evolve(acted.fit, model="bfm"))
    with pytest.raises(InvalidValue, match="fitted by 'bfm'"):
        face.geometry(acted.fit.attributes, strange)
    nobody = attrs.evolve(acted.track, found=torch.zeros_like(acted.track.found))
    with pytest.raises(FaceError):
        face.fit(nobody)
    few = attrs.evolve(acted.track, landmarks=acted.track.landmarks[:, :68], layout="dlib-68")
    with pytest.raises(InvalidValue, match="dlib-68 with 68 points"):
        face.fit(few)
    with pytest.raises(InvalidValue, match="none or detailed or low, got 'shiny'"):
        BfmFace(model="synthetic", albedo="shiny")
