"""Fit and geometry are inverses; poses, cameras, blinks and bad input."""

import attrs
import pytest
import torch

from visemix.core.errors import FaceError, InvalidValue
from visemix.core.measures import correlation, eye_aspect_ratio, lip_gap
from visemix.core.testing.samples import sample_subject
from visemix.core.timeline import cut
from visemix.core.tracked_face.expression import BASIS
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.camera import Projection
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import FaceFit, Subject
from visemix.core.values.track import Track
from visemix.plugins.landmark_mesh.model import LandmarkMesh


def pose_of(fit: FaceFit) -> HeadPose:
    assert fit.attributes.pose is not None
    return fit.attributes.pose


@pytest.mark.parametrize("camera", ["orthographic", "perspective"])
def test_a_fitted_track_comes_back(subject: Subject, camera: str) -> None:
    model = LandmarkMesh(camera)
    again = attrs.evolve(subject, fit=model.fit(subject.track))
    assert again.fit.error_px < 0.3  # of 350 px between chin and forehead
    found = model.geometry(again.fit.attributes, again).landmarks
    wanted = LandmarkMesh().geometry(subject.fit.attributes, subject).landmarks
    assert found is not None
    assert wanted is not None
    distance = (found - wanted)[..., :2].norm(dim=-1)
    assert float(distance.mean()) == pytest.approx(again.fit.error_px / 2, rel=0.05)
    assert correlation(lip_gap(found), lip_gap(wanted)) > 0.999
    assert correlation(eye_aspect_ratio(found), eye_aspect_ratio(wanted)) > 0.99


def test_the_fit_finds_the_pose(subject: Subject) -> None:
    found, wanted = pose_of(LandmarkMesh().fit(subject.track)), pose_of(subject.fit)
    assert found.convention is PoseConvention.EULER_DEG_ORTHO
    # The calm shape may differ from the true one by a little turn that all frames share.
    turned = found.rotation - wanted.rotation
    assert float(turned.mean(0).abs().max()) < 3
    assert float(turned.std(0).max()) < 0.5
    assert float((found.translation - wanted.translation).std(0).max()) < 0.5


def test_the_fit_finds_the_blinks(subject: Subject) -> None:
    found = LandmarkMesh().fit(subject.track)
    blink, wanted = found.attributes.blink, subject.fit.attributes.blink
    assert blink is not None
    assert wanted is not None
    assert float(blink[wanted == 5].min()) > 4.5
    assert float(blink[wanted == 0].max()) < 0.5
    assert found.identity is not None
    torch.testing.assert_close(found.identity, torch.ones(2), atol=0.15, rtol=0)


def test_frames_without_a_face_do_not_count(subject: Subject) -> None:
    landmarks = subject.track.landmarks.clone()
    landmarks[50:60] = torch.randn(10, 478, 3, generator=torch.Generator().manual_seed(0)) * 99
    found = torch.ones(len(landmarks), dtype=torch.bool)
    found[50:60] = False
    fit = LandmarkMesh().fit(attrs.evolve(subject.track, landmarks=landmarks, found=found))
    assert fit.error_px < 0.2
    assert len(pose_of(fit).rotation) == len(landmarks)


def test_a_photo_can_be_fitted(subject: Subject) -> None:
    """One frame with an open mouth: the neutral mouth is closed, the frame's own one is not."""
    gap = lip_gap(subject.track.landmarks)
    widest = int(gap.argmax())
    track = cut(subject.track, widest, widest + 1)
    again = attrs.evolve(subject, track=track, fit=LandmarkMesh().fit(track))
    assert again.fit.error_px < 0.2
    neutral = again.fit.neutral
    assert float((neutral[13] - neutral[14])[1]) < 0.04
    geometry = LandmarkMesh().geometry(again.fit.attributes, again)
    assert geometry.landmarks is not None
    assert float(lip_gap(geometry.landmarks)) == pytest.approx(float(gap[widest]) / 2, abs=0.5)


def test_vertices_are_px_for_the_orthographic_camera(subject: Subject) -> None:
    attributes = subject.fit.attributes
    geometry = LandmarkMesh().geometry(attributes, subject)
    assert geometry.camera.projection is Projection.ORTHOGRAPHIC
    assert geometry.landmarks is not None
    pixels = geometry.camera.project(geometry.vertices)
    torch.testing.assert_close(pixels[..., :2], geometry.landmarks[..., :2])
    torch.testing.assert_close(pixels[..., 2], -geometry.landmarks[..., 2])
    assert geometry.camera.principal.tolist() == [128.0, 128.0]
    torch.testing.assert_close(geometry.crop[7], subject.track.crop.matrix)


@pytest.mark.parametrize("camera", ["orthographic", "perspective"])
@pytest.mark.parametrize("convention", list(PoseConvention))
def test_any_pose_convention_gives_the_same_mesh(
    subject: Subject, camera: str, convention: PoseConvention
) -> None:
    model, attributes = LandmarkMesh(camera), subject.fit.attributes
    other = attrs.evolve(attributes, pose=pose_of(subject.fit).to(convention))
    first, second = (model.geometry(a, subject).landmarks for a in (attributes, other))
    assert first is not None
    assert second is not None
    torch.testing.assert_close(first, second, atol=0.02, rtol=0)


def test_the_perspective_camera_sees_the_same_face_but_nearer_parts_larger(
    subject: Subject,
) -> None:
    flat = LandmarkMesh().geometry(subject.fit.attributes, subject).landmarks
    deep = LandmarkMesh("perspective").geometry(subject.fit.attributes, subject).landmarks
    assert flat is not None
    assert deep is not None
    # 4 px of 100: the nose tip is 0.75 of 10 units nearer to the eye than the origin.
    assert float((flat - deep)[..., :2].norm(dim=-1).max()) < 12
    assert float((flat - deep)[..., 2].abs().max()) < 0.1
    wide = [(points[:, 454, 0] - points[:, 234, 0]).mean() for points in (flat, deep)]
    assert float(wide[1]) < float(wide[0])  # the ears lie behind the origin


def test_without_expression_blink_and_pose_the_face_is_calm(subject: Subject) -> None:
    bare = LandmarkMesh().geometry(FaceAttributes(25.0, action_units=torch.zeros(3, 5)), subject)
    mean = pose_of(subject.fit)
    still = FaceAttributes(
        25.0,
        torch.zeros(3, 64),
        BASIS,
        HeadPose(
            mean.rotation.mean(0).repeat(3, 1),
            mean.translation.mean(0).repeat(3, 1),
            mean.convention,
        ),
        torch.zeros(3),
    )
    torch.testing.assert_close(bare.vertices, LandmarkMesh().geometry(still, subject).vertices)


def test_blink_closes_the_eyes(subject: Subject) -> None:
    pose = HeadPose(
        torch.zeros(3, 3),
        torch.tensor([[100.0, 0, 0]]).repeat(3, 1),
        PoseConvention.EULER_DEG_ORTHO,
    )
    attributes = FaceAttributes(25.0, pose=pose, blink=torch.tensor([0.0, 2.5, 5.0]))
    landmarks = LandmarkMesh().geometry(attributes, subject).landmarks
    assert landmarks is not None
    opened, half, shut = eye_aspect_ratio(landmarks)
    assert float(half) == pytest.approx(float(opened + shut) / 2, rel=0.05)
    assert float(shut / opened) < 0.25


def test_mesh_and_masks_come_along(subject: Subject) -> None:
    geometry = LandmarkMesh().geometry(subject.fit.attributes, subject)
    assert geometry.triangles.shape == (898, 3)
    assert geometry.uv is not None
    assert set(geometry.masks.weights) == {"eye_attention"}
    assert geometry.masks.weights["eye_attention"].shape == (478,)


def test_an_expression_of_another_basis_is_refused(subject: Subject) -> None:
    attributes = attrs.evolve(subject.fit.attributes, basis="bfm-64")
    with pytest.raises(InvalidValue, match="expected 'landmark-mesh-64', got 'bfm-64'"):
        LandmarkMesh().geometry(attributes, subject)


def test_a_subject_of_another_model_is_refused(subject: Subject) -> None:
    foreign = attrs.evolve(subject, fit=attrs.evolve(subject.fit, model="bfm"))
    with pytest.raises(InvalidValue, match="fitted by 'bfm'"):
        LandmarkMesh().geometry(subject.fit.attributes, foreign)


def test_an_unknown_camera_is_refused() -> None:
    with pytest.raises(InvalidValue, match="orthographic or perspective, got 'fisheye'"):
        LandmarkMesh("fisheye")


def test_other_landmarks_are_refused(track: Track) -> None:
    with pytest.raises(InvalidValue, match="got dlib-68 with 478 points"):
        LandmarkMesh().fit(attrs.evolve(track, layout="dlib-68"))


def test_a_track_without_a_face_is_refused(track: Track) -> None:
    with pytest.raises(FaceError, match="no frame shows a face"):
        LandmarkMesh().fit(attrs.evolve(track, found=torch.zeros_like(track.found)))


@pytest.mark.parametrize("albedo", ["detailed", "low"])
def test_colours_and_light_are_learned_if_wanted(albedo: str) -> None:
    subject = sample_subject()
    plain = LandmarkMesh().fit(subject.track, subject.frames)
    assert plain.colors is None
    fit = LandmarkMesh(albedo=albedo).fit(subject.track, subject.frames)
    assert fit.colors is not None
    assert fit.light is not None
    assert fit.colors.shape == fit.neutral.shape
    assert fit.neutral.equal(plain.neutral)
    geometry = LandmarkMesh().geometry(fit.attributes, attrs.evolve(subject, fit=fit))
    assert geometry.colors is fit.colors
    assert LandmarkMesh(albedo=albedo).fit(subject.track).colors is None, "there are no pictures"
